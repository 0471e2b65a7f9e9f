package io.sluice.cluster;

/** The version of Sluice that runs here. */
public final class Version {

  private static final String OVERRIDE = "sluice.version";

  private Version() {}

  /** From the jar's manifest; "development" when run from classes. */
  public static String current() {
    String override = System.getProperty(OVERRIDE);
    if (override != null) {
      return override;
    }
    String implementation = Version.class.getPackage().getImplementationVersion();
    return implementation != null ? implementation : "development";
  }
}
