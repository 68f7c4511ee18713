#!/usr/bin/env bash
# Installs what the tests need and is not there: Go, git, a C compiler (for the race detector and
# OpenCL), OpenCL for the processor (PoCL), what looks for mistakes in kernels (oclgrind, clang), CMake,
# Valgrind, an emulator of arm64, Python and servers to compare with, and the linter. Does nothing
# where all is there. On Debian it installs packages, as root or by sudo; elsewhere it says what is
# missing. To be sourced too: it may put Go on the PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/ensure-go.sh
source scripts/ensure-go.sh

golangci_version=2.15.0

command -v git >/dev/null || apt_install git
cc=$(go env CC) # may have flags behind the name
if ! command -v "${cc%% *}" >/dev/null; then
  apt_install gcc libc6-dev
fi

# Counts instructions, of which we have figures for amd64.
if [ "$(go env GOARCH)" = amd64 ] && ! command -v valgrind >/dev/null; then
  apt_install valgrind
fi

# Runs the assembly that is not for this processor.
if [ "$(go env GOARCH)" = amd64 ] && ! command -v qemu-aarch64 >/dev/null; then
  apt_install qemu-user
fi

# OpenCL: the loader, a device that is the processor, and what its kernels are checked with.
if [ -z "$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep libOpenCL.so.1)" ] || ! compgen -G "/etc/OpenCL/vendors/*.icd" >/dev/null; then
  apt_install ocl-icd-libopencl1 pocl-opencl-icd
fi
[ -e /usr/include/CL/cl.h ] || apt_install opencl-c-headers
for tool in cmake make oclgrind pkg-config; do
  command -v $tool >/dev/null || apt_install $tool
done
[ -n "$(compgen -c clang | grep -E '^clang(-[0-9]+)?$')" ] || apt_install clang-15

# Runs the scripts that reports of plans are compared with.
command -v python3 >/dev/null || apt_install python3

# The servers that tests start by themselves and ask where keys live.
command -v redis-server >/dev/null || apt_install redis-server
if ! command -v initdb >/dev/null && ! compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; then
  apt_install postgresql
fi

if ! bin/golangci-lint version 2>/dev/null | grep -q "version $golangci_version"; then
  echo "setup.sh: building golangci-lint $golangci_version (a few minutes, once)" >&2
  GOBIN=$PWD/bin go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$golangci_version"
fi
