package io.sluice.api;

import java.io.Serializable;

/**
 * A key in a window of event time.
 *
 * @param <K> the key
 */
public record Windowed<K>(K key, EventWindow window) implements Serializable {}
