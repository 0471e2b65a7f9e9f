/** How work is done: the worker's actor, the tasks it runs and the operators records go through. */
@NullMarked
package io.sluice.task;

import org.jspecify.annotations.NullMarked;
