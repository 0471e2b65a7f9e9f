/** The live page of a context, and the same over HTTP for programs. Nothing imports it. */
@NullMarked
package io.sluice.dashboard;

import org.jspecify.annotations.NullMarked;
