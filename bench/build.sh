#!/usr/bin/env bash
# Installs Sluice into the local repository and builds the benchmarks against it.
set -eu
cd "$(dirname "$0")/.."
mvn -q -DskipTests install
mvn -q -f bench/pom.xml package
