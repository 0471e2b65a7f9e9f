/** Where a context runs: nodes simulated in one process, the user's actor system, or an Akka cluster. */
@NullMarked
package io.sluice.cluster;

import org.jspecify.annotations.NullMarked;
