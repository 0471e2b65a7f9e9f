#!/usr/bin/env bash
# Installs Sluice into the local repository and builds the benchmarks against it; the peers come from Maven Central (about 400 MB, once).
set -eu
cd "$(dirname "$0")/.."
mvn -q -DskipTests install
mvn -q -f bench/pom.xml package
rm -f bench/target/sluice.jsa # it fits only the jars it was made from
