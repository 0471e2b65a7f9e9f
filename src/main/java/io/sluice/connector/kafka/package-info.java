/** Reads and writes topics of Apache Kafka; needs {@code org.apache.kafka:kafka-clients}. */
@NullMarked
package io.sluice.connector.kafka;

import org.jspecify.annotations.NullMarked;
