/** How to come back: the ledger of what a driver decided, and the files below it. */
@NullMarked
package io.sluice.checkpoint;

import org.jspecify.annotations.NullMarked;
