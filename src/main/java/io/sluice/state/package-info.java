/** What survives a batch: keyed state, changed by an overlay that a commit merges. */
@NullMarked
package io.sluice.state;

import org.jspecify.annotations.NullMarked;
