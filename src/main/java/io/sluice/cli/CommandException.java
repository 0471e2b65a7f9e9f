package io.sluice.cli;

/** A failure of the command line itself, with a sentence for the user. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
