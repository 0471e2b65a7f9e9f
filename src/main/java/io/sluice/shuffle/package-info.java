/** How keys meet: combining on the map side, what travels, and merging on the other side. */
@NullMarked
package io.sluice.shuffle;

import org.jspecify.annotations.NullMarked;
