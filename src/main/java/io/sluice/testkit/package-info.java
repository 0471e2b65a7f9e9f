/** Tests of streaming programs: a clock moved by hand, scripted input, recorded output, simulated nodes and faults. */
@NullMarked
package io.sluice.testkit;

import org.jspecify.annotations.NullMarked;
