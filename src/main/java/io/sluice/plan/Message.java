package io.sluice.plan;

/** Marks a record that travels between nodes as Jackson CBOR; see the serialization bindings in reference.conf. */
public interface Message {}
