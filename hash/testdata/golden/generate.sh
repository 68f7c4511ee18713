#!/usr/bin/env bash
# Makes ../golden.tsv anew with the Java classes of the systems themselves. Needs a JDK (17) and
# Maven; the test only reads the file. Run it from anywhere: hash/testdata/golden/generate.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for artifact in org.apache.kafka:kafka-clients:3.7.0 org.apache.spark:spark-unsafe_2.13:3.5.1 \
  org.apache.spark:spark-common-utils_2.13:3.5.1 org.apache.hive:hive-storage-api:2.8.1 \
  org.apache.cassandra:cassandra-all:4.1.4 redis.clients:jedis:5.1.2 \
  commons-codec:commons-codec:1.16.1 org.bouncycastle:bcprov-jdk18on:1.78 org.slf4j:slf4j-api:1.7.36 \
  com.github.jbellis:jamm:0.3.2 com.google.guava:guava:31.1-jre com.google.guava:failureaccess:1.0.1; do
  mvn -q dependency:copy -Dartifact="$artifact" -DoutputDirectory="$work"
done
javac -cp "$work/*" -d "$work" "$here/Golden.java"
java -cp "$work:$work/*" Golden > "$work/golden.tsv"
mv "$work/golden.tsv" "$here/../golden.tsv"
