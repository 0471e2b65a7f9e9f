/** Receivers for HTTP: streams of lines and of server-sent events, WebSockets, and lines that others send. */
@NullMarked
package io.sluice.connector.http;

import org.jspecify.annotations.NullMarked;
