/** Programs given as data, with what they must put out batch by batch. */
@NullMarked
package io.sluice.conformance;

import org.jspecify.annotations.NullMarked;
