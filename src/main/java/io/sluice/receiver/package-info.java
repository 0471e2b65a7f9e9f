/** How data enters: the supervisor of a receiver, the block builder and built-in receivers. */
@NullMarked
package io.sluice.receiver;

import org.jspecify.annotations.NullMarked;
