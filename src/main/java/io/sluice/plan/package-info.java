/** What to compute: the immutable graph, the checks on it, and the stages it is compiled into. */
@NullMarked
package io.sluice.plan;

import org.jspecify.annotations.NullMarked;
