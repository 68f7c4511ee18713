#!/usr/bin/env bash
# Passes or fails the project: everything that CI runs. It installs what it needs.
#
#   scripts/test.sh           all of it, about twenty minutes on two cores
#   FUZZ_TIME=1m scripts/test.sh   with longer fuzzing (default: 5s a target)
set -euo pipefail
cd "$(dirname "$0")/.."
# It may put Go on the PATH, so it runs in this shell.
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

# A test that finds a backend missing fails, if it is one that this machine must have. What that is
# the system says, not the code that is tested.
required() {
  local names=cpu,opencl flag
  case $(uname -m) in
  aarch64 | arm64) names+=,simd/neon ;;
  x86_64)
    grep -qw avx2 /proc/cpuinfo && names+=,simd/avx2
    for flag in avx512f avx512bw avx512dq avx512vl missing; do
      grep -qw $flag /proc/cpuinfo || break
    done
    [ "$flag" != missing ] || names+=,simd/avx512
    ;;
  esac
  echo $names
}
REQUIRE_BACKENDS=${REQUIRE_BACKENDS:-$(required)}
export REQUIRE_BACKENDS
echo "backends that must be there: $REQUIRE_BACKENDS"

# step NAME COMMAND...: a command that fails ends the script. (Not by `"$@" || ...`, which would
# switch `set -e` off inside of functions.)
step() {
  current=$1
  local start=$SECONDS
  shift
  echo "== $current"
  "$@"
  echo "   $((SECONDS - start)) s"
}
current=setup
trap '[ $? = 0 ] || echo "test.sh: FAILED: $current" >&2' EXIT

# Every module of the repository: the product, and those that only tests need.
list=$(find . -name '.?*' -prune -o -name go.mod -printf '%h\n')
mapfile -t modules <<<"$list"
[ "${modules[0]}" ] || die "no go.mod is here"
in_modules() {
  for module in "${modules[@]}"; do
    (cd "$module" && "$@")
  done
}

vetted() {
  in_modules go vet ./...
  GOOS=linux GOARCH=arm64 go vet ./...
  GOOS=darwin GOARCH=arm64 go vet ./...
  GOOS=wasip1 GOARCH=wasm go vet ./...
  GOOS=js GOARCH=wasm go vet ./...
  CGO_ENABLED=0 go vet ./...
  go vet -tags purego ./...
}

built() {
  go build ./...
  CGO_ENABLED=0 go build ./...
  go build -tags purego ./...
  GOOS=wasip1 GOARCH=wasm go build ./...
  GOOS=js GOARCH=wasm go build ./...
  GOARCH=386 go build ./...
  GOOS=darwin GOARCH=arm64 go build -o /dev/null ./cmd/keymill
  GOOS=windows GOARCH=amd64 go build -o /dev/null ./cmd/keymill
}

# With the servers of real systems, which setup.sh has installed.
tested() {
  KEYMILL_LONG=1 REQUIRE_SERVERS=redis,postgres in_modules go test ./...
}

# What asks NVIDIA's driver is in builds with a tag only: its binding does not build without cgo. (Its
# header calls half of itself deprecated.)
telemetry() {
  local -x CGO_CFLAGS="-O2 -g -Wno-deprecated-declarations"
  go vet -tags nvml ./internal/telemetry ./cmd/keymill
  bin/golangci-lint run --allow-parallel-runners --build-tags nvml ./internal/telemetry ./cmd/keymill
  go test -tags nvml ./internal/telemetry
  go test -tags nvml -run 'Device|Page|NVML' ./cmd/keymill
}

# What CMake builds: the library for C, and a host in C for the kernel. Its folder is its own, for PoCL's cache.
in_c() {
  cmake -S . -B build >/dev/null
  cmake --build build >/dev/null
  ctest --test-dir build --output-on-failure -j 2
}

# The assembly for arm64, and what it is judged by. Of package place, all but the search for bad
# pairs, which hashes for minutes here and sees no assembly.
emulated() {
  GOARCH=arm64 CGO_ENABLED=0 REQUIRE_BACKENDS=cpu,simd/neon \
    go test -exec qemu-aarch64 -skip '^TestWeaknesses$' ./backend/... ./hash ./place
}

# fuzz TARGET PACKAGE: fails, or ends the script if an input was found. It fails, now and then, when
# the time is over in the middle of a call: the fuzzer takes its own deadline for a failure.
fuzz() {
  local log
  log=$(mktemp)
  go test -run '^$' -fuzz "^$1\$" -fuzztime "${FUZZ_TIME:-5s}" "$2" 2>&1 | tee "$log" && rm "$log" && return
  grep -q '^    context deadline exceeded$' "$log" && ! grep -q 'Failing input' "$log" && rm "$log" && return 1
  exit 1
}

# Every fuzz target, for a while: each must run by itself.
fuzzed() {
  local packages package targets target
  packages=$(go list ./...) # apart from the loop, so that its failure is one
  for package in $packages; do
    targets=$(go test -list '^Fuzz' "$package")
    for target in $(grep '^Fuzz' <<<"$targets"); do
      fuzz "$target" "$package" || fuzz "$target" "$package"
    done
  done
}

step "go.mod files are tidy" in_modules go mod tidy -diff
step "vet" vetted
step "builds for every platform" built
step "format" in_modules "$PWD/bin/golangci-lint" fmt --diff --config "$PWD/.golangci.yml"
step "generated assembly" scripts/generate.sh --check
step "lint" in_modules "$PWD/bin/golangci-lint" run --allow-parallel-runners --config "$PWD/.golangci.yml"
step "tests, the conformance suite in its long form" tested
# With -short: without what takes long and says the same of any build.
step "tests under the race detector" go test -race -short ./...
step "tests without cgo" env REQUIRE_BACKENDS="${REQUIRE_BACKENDS//,opencl/}" CGO_ENABLED=0 go test -short ./...
step "tests of the purego build" env REQUIRE_BACKENDS=cpu go test -tags purego -short ./...
if [ "$(go env GOARCH)" = amd64 ]; then # whose processor runs the other, too
  step "tests where int has 32 bits" env GOARCH=386 REQUIRE_BACKENDS=cpu go test -short ./...
  step "tests of arm64, emulated" emulated
  step "instructions of the hot paths" go run ./bench/insn
fi
if [ "$(uname -s)" = Linux ]; then
  step "the build that asks NVIDIA's driver" telemetry
  step "the library from C, and the kernel by itself" in_c
  step "the program for GPUs, on PoCL" scripts/gpu.sh -quick -out "$(mktemp -d)"
fi
step "backends against the definitions, on random work" scripts/verify-backends.sh -keys 200000
step "fuzzing" fuzzed
echo "test.sh: passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
