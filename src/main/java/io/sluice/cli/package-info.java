/** The command line: a demonstration, a worker node, and a runner for programs. */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;
