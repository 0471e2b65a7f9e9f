/** What a program implements or is handed: functions, pairs, receivers, listeners, settings and errors. */
@NullMarked
package io.sluice.api;

import org.jspecify.annotations.NullMarked;
