#!/usr/bin/env bash
# Builds the worker of trueno and trueno-db, the system that keymill starts from, for
# `keymill bench`: bin/keymill-trueno. It takes cargo, and some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo >/dev/null || {
  echo "trueno.sh: cargo is missing: install Rust 1.80 or later, as https://rustup.rs says" >&2
  exit 1
}
cargo build --quiet --release --manifest-path bench/peers/trueno/Cargo.toml
mkdir -p bin
cp bench/peers/trueno/target/release/keymill-trueno bin/
echo "bin/keymill-trueno"
