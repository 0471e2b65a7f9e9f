/** Who does what and when: the context's actor, batches, jobs, placement of tasks and receivers, listeners. */
@NullMarked
package io.sluice.scheduler;

import org.jspecify.annotations.NullMarked;
