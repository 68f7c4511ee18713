#!/usr/bin/env bash
# Makes ../hashkit.tsv anew: one-at-a-time of known keys by libhashkit, libmemcached's own library, for
# every length from 0 to 1024. Needs Debian (12) on x86, whose package it fetches, and python3. The
# test only reads the file. Keys are those of Golden.java: key (n, n).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download libhashkit2 > apt.log
dpkg -x libhashkit2_*.deb .
python3 - "$(find . -name 'libhashkit.so.2' | head -n 1)" > hashkit.tsv <<'PY'
import ctypes
import sys

one_at_a_time = ctypes.CDLL(sys.argv[1]).libhashkit_one_at_a_time
one_at_a_time.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
one_at_a_time.restype = ctypes.c_uint32
ones = 2**64 - 1


def key(state, n):
    out = b""
    while len(out) < n:
        state = state + 0x9E3779B97F4A7C15 & ones
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & ones
        z = (z ^ z >> 27) * 0x94D049BB133111EB & ones
        out += (z ^ z >> 31).to_bytes(8, "little")
    return out[:n]


print("length\tone-at-a-time")
for n in range(1025):
    print(f"{n}\t{one_at_a_time(key(n, n), n):08x}")
PY
mv hashkit.tsv "$here/../hashkit.tsv"
