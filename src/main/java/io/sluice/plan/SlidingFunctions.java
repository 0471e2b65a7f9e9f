package io.sluice.plan;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What an incremental window does with values.
 *
 * @param filter decides which pairs are put out, and kept when nothing in the window holds their key any more
 * @param dropsEmptyKeys whether a key goes when its last record has left the window, whatever the filter says
 */
public record SlidingFunctions(
    Closure reduce, Closure inverse, @Nullable Closure filter, boolean dropsEmptyKeys)
    implements Serializable {}
