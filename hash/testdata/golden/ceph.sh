#!/usr/bin/env bash
# Makes ../ceph.tsv anew: ceph_str_hash_rjenkins of known keys by libceph-common, Ceph's own library, for
# every length from 0 to 1024. Needs Debian (12) on x86, whose packages it fetches, and python3. The
# test only reads the file. Keys are those of Golden.java: key (n, n).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download librados2 libboost-thread1.74.0 libboost-iostreams1.74.0 libfmt9 libibverbs1 librdmacm1 \
  libnl-3-200 libnl-route-3-200 > apt.log
for package in *.deb; do
  dpkg -x "$package" .
done
lib=$(find "$work" -name 'libceph-common.so.2' | head -n 1)
export LD_LIBRARY_PATH="$work/usr/lib/x86_64-linux-gnu:$work/lib/x86_64-linux-gnu"
python3 - "$lib" > ceph.tsv <<'PY'
import ctypes
import sys

rjenkins = ctypes.CDLL(sys.argv[1])._Z22ceph_str_hash_rjenkinsPKcj  # C++'s name of it
rjenkins.argtypes = [ctypes.c_char_p, ctypes.c_uint]
rjenkins.restype = ctypes.c_uint
ones = 2**64 - 1


def key(state, n):
    out = b""
    while len(out) < n:
        state = state + 0x9E3779B97F4A7C15 & ones
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & ones
        z = (z ^ z >> 27) * 0x94D049BB133111EB & ones
        out += (z ^ z >> 31).to_bytes(8, "little")
    return out[:n]


print("length\tceph-rjenkins")
for n in range(1025):
    print(f"{n}\t{rjenkins(key(n, n), n):08x}")
PY
mv ceph.tsv "$here/../ceph.tsv"
