/** What monitoring reads of a context: meters of Micrometer, and where Prometheus finds them. */
@NullMarked
package io.sluice.metrics;

import org.jspecify.annotations.NullMarked;
