/** What a program calls: the context, its streams and their RDDs. */
@NullMarked
package io.sluice;

import org.jspecify.annotations.NullMarked;
