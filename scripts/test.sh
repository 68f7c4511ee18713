#!/usr/bin/env bash
# Passes or fails the project: everything that CI runs. It installs what it needs.
#
#   scripts/test.sh           all of it, about ten minutes on two cores
#   FUZZ_TIME=1m scripts/test.sh   with longer fuzzing (default: 5s a target)
set -euo pipefail
cd "$(dirname "$0")/.."
# It may put Go on the PATH, so it runs in this shell.
# shellcheck source=scripts/setup.sh
source scripts/setup.sh
cd "$(git rev-parse --show-toplevel)"

# A test that finds a backend missing fails, if it is one that this machine must have.
export REQUIRE_BACKENDS=${REQUIRE_BACKENDS:-cpu}

step() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  "$@" || {
    echo "test.sh: FAILED: $name" >&2
    exit 1
  }
  echo "   $((SECONDS - start)) s"
}

# Every module of the repository: the product, and those that only tests need.
mapfile -t modules < <(git ls-files 'go.mod' '**/go.mod' | xargs -n1 dirname)
in_modules() {
  for module in "${modules[@]}"; do
    (cd "$module" && "$@") || return 1
  done
}

formatted() {
  local files
  files=$(gofmt -l .)
  [ -z "$files" ] || { echo "gofmt wants to change: $files" && return 1; }
}

vetted() {
  in_modules go vet ./... &&
    GOOS=linux GOARCH=arm64 go vet ./... &&
    GOOS=wasip1 GOARCH=wasm go vet ./... &&
    GOOS=js GOARCH=wasm go vet ./... &&
    CGO_ENABLED=0 go vet ./... &&
    go vet -tags purego ./...
}

built() {
  go build ./... &&
    CGO_ENABLED=0 go build ./... &&
    go build -tags purego ./... &&
    GOOS=wasip1 GOARCH=wasm go build ./... &&
    GOOS=js GOARCH=wasm go build ./... &&
    GOOS=darwin GOARCH=arm64 go build -o /dev/null ./cmd/keymill &&
    GOOS=windows GOARCH=amd64 go build -o /dev/null ./cmd/keymill
}

# Every fuzz target, for a while: each must run by itself.
fuzzed() {
  local package target
  for package in $(go list ./...); do
    for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
      go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ_TIME:-5s}" "$package" || return 1
    done
  done
}

step "gofmt" formatted
step "go.mod files are tidy" in_modules go mod tidy -diff
step "vet" vetted
step "builds for every platform" built
step "lint" in_modules "$PWD/bin/golangci-lint" run --config "$PWD/.golangci.yml"
step "tests" in_modules go test ./...
step "tests under the race detector" go test -race ./...
step "tests without cgo" env CGO_ENABLED=0 go test ./...
step "tests of the purego build" go test -tags purego ./...
step "fuzzing" fuzzed
echo "test.sh: passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
