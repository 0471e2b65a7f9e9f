package io.sluice.cluster;

import com.typesafe.config.Config;

/**
 * What a node gives to a program that goes on here.
 *
 * @param deployment the nodes of the context, with the ledger open
 * @param loader knows the program's classes
 * @param config of the node
 */
public record Succession(Deployment deployment, ClassLoader loader, Config config) {}
