#!/usr/bin/env bash
# Compares every backend that works here with the definitions, on random work.
#
#   scripts/verify-backends.sh               1e8 keys for each hash function on each backend: half an hour
#   scripts/verify-backends.sh -keys 1000000 fewer, as CI does
#   scripts/verify-backends.sh -seed 1       the same work each time
#   scripts/verify-backends.sh -keys 100000000 -hash xxh3    one function
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- -keys 100000000
go run ./internal/backendtest/verify "$@"
