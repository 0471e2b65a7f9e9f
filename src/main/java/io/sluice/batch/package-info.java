/** When batches happen and which data they get: ticks, cuts and the queue. */
@NullMarked
package io.sluice.batch;

import org.jspecify.annotations.NullMarked;
