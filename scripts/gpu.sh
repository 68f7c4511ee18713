#!/usr/bin/env bash
# Checks and measures the OpenCL devices of a machine, with one program that needs nothing there
# but a driver and libOpenCL.
#
#   scripts/gpu.sh              builds it and runs it here: bench/results/<date>-<device>.json
#   scripts/gpu.sh -quick -out "$(mktemp -d)"   with flags for it: bench/gpu/main.go says which
#   scripts/gpu.sh build OUT    builds it, to be copied to another machine and run there
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/ensure-go.sh
source scripts/ensure-go.sh

# build OUT: the program, after a look at what it needs.
build() {
  local cc tool needs glibc
  cc=$(go env CC) # may have flags behind the name
  for tool in "${cc%% *}" objdump; do
    command -v "$tool" >/dev/null || die "$tool is missing: install gcc"
  done
  # The tags keep the C library's resolver out, which would load more at run time.
  CGO_ENABLED=1 go build -trimpath -buildvcs=auto -tags netgo,osusergo -ldflags '-s -w' -o "$1" ./bench/gpu
  needs=$(objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }' | grep -vE '^(libc|libdl|libpthread|ld-linux[-a-z0-9_]*)\.so' || true)
  [ -z "$needs" ] || die "$1 needs more than the C library: $needs"
  glibc=$(objdump -T "$1" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -1)
  echo "gpu.sh: $1 needs glibc ${glibc#GLIBC_} or later, a driver and libOpenCL.so.1" >&2
}

if [ "${1-}" = build ]; then
  [ $# = 2 ] || die "say where the program goes: scripts/gpu.sh build OUT"
  build "$2"
  exit
fi
mkdir -p bin
build bin/keymill-gpu
case " $* " in
*" -out"* | *" --out"*) ;;
*) set -- -out bench/results "$@" ;;
esac
exec bin/keymill-gpu "$@"
