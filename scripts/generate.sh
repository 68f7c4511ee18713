#!/usr/bin/env bash
# Writes what is generated: the assembly of backend/simd for amd64, by backend/simd/_asm.
#
#   scripts/generate.sh          writes the files
#   scripts/generate.sh --check  says whether they are what would be written
set -euo pipefail
cd "$(dirname "$0")/../backend/simd"
to=$PWD
if [ "${1:-}" = --check ]; then
  to=$(mktemp -d)
fi
tool=$(mktemp)
trap 'rm -f "$tool"; [ "$to" = "$PWD" ] || rm -rf "$to"' EXIT
(cd _asm && go build -o "$tool" .)
families=$("$tool" -family list)
# From inside the folder, so that the files' first lines, which have the command, name no other.
(cd "$to" && for family in $families; do
  "$tool" -family "$family" -pkg simd -out "${family}_amd64.s" -stubs "${family}_asm_amd64.go"
done)
if [ "$to" = "$PWD" ]; then
  exit
fi
for file in "$to"/*; do
  diff -u "$(basename "$file")" "$file" || {
    echo "generate.sh: backend/simd/$(basename "$file") is not what its generator writes: run scripts/generate.sh" >&2
    exit 1
  }
done
