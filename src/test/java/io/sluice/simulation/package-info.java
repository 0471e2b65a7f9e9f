/** All roles of a cluster in one thread, on a clock and a network that follow a seed. */
@NullMarked
package io.sluice.simulation;

import org.jspecify.annotations.NullMarked;
