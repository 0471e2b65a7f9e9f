/** Where data waits and how it moves: blocks, the store of a node, and the side channel between nodes. */
@NullMarked
package io.sluice.block;

import org.jspecify.annotations.NullMarked;
