#!/usr/bin/env python3
"""Writes ceph_objects.json: the placement groups of names and their OSDs, by Ceph's own
osdmaptool and crushtool, of Debian's ceph-base.

    python3 place/crush/testdata/objects.py > internal/vectors/testdata/ceph_objects.json
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

PG_NUMS = {1: (1, 0), 7: (7, 0), 12: (3, 2), 100: (25, 2), 192: (12, 4), 1000: (125, 3), 1 << 30: (1, 30)}  # OSDs << bits

RACKS = """
tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
tunable choose_total_tries 50
tunable chooseleaf_descend_once 1
tunable chooseleaf_vary_r 1
tunable chooseleaf_stable 1
DEVICES
type 0 osd
type 1 host
type 2 rack
type 3 root
host host0 { id -2 alg straw2 hash 0 item osd.0 weight 0.5 item osd.1 weight 2.0 item osd.2 weight 1.0 }
host host1 { id -3 alg straw2 hash 0 item osd.3 weight 1.0 item osd.4 weight 1.0 item osd.5 weight 3.5 }
host host2 { id -4 alg straw2 hash 0 item osd.6 weight 1.0 item osd.7 weight 1.0 item osd.8 weight 0.75 }
host host3 { id -5 alg straw2 hash 0 item osd.9 weight 0.25 item osd.10 weight 1.0 item osd.11 weight 1.0 }
rack rack0 { id -6 alg straw2 hash 0 item host0 weight 3.5 item host1 weight 5.5 }
rack rack1 { id -7 alg straw2 hash 0 item host2 weight 2.75 item host3 weight 2.25 }
root default { id -1 alg straw2 hash 0 item rack0 weight 9.0 item rack1 weight 5.0 }
rule replicated_rule { id 0 type replicated min_size 1 max_size 10 step take default step chooseleaf firstn 0 type host step emit }
rule erasure_rule { id 1 type erasure min_size 1 max_size 10 step set_chooseleaf_tries 5 step take default step chooseleaf indep 0 type host step emit }
"""


def run(*args):
    done = subprocess.run(args, capture_output=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{args}: {done.stdout}{done.stderr}")
    return done.stdout


def names():
    rng = random.Random(1)
    for n in range(1, 301):
        yield bytes(rng.randrange(1, 256) for _ in range(n))  # a program's argument has no zero byte
    for text in ["foo", "-x", "a b", "größer", "10000000000.00000000", "rbd_data.6b8b4567.0000000000000a31", "rbd_header.6b8b4567",
                 "benchmark_data_host_1234_object42", "%RBD", "ns\x1fname", "日本語", "0", "object:1", "\\x00", "'", "\t"]:
        yield text.encode()


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("map.txt", "w") as f:
            f.write(RACKS.replace("DEVICES", "\n".join(f"device {i} osd.{i}" for i in range(12))))
        run("crushtool", "-c", "map.txt", "-o", "map")
        for pg_num, (osds, bits) in PG_NUMS.items():
            run("osdmaptool", "--createsimple", str(osds), "--pg-bits", str(bits), "--pgp-bits", str(bits), "--with-default-pool", f"osdmap{pg_num}")
        run("osdmaptool", "--createsimple", "12", "--pg-bits", "4", "--pgp-bits", "3", "--with-default-pool", "osdmap192_pgp96")
        for osdmap in ("osdmap192", "osdmap192_pgp96"):
            run("osdmaptool", osdmap, "--import-crush", "map")

        def placed(osdmap, name, *options):
            """Returns the placement group and the OSDs of an object."""
            out = run("osdmaptool", osdmap, "--mark-up-in", *options, b"--test-map-object=" + name)
            pg, osds = re.search(rb"-> 1\.([0-9a-f]+) -> \[([0-9,]*)\]\s*$", out).groups()
            return int(pg, 16), [int(osd) for osd in osds.split(b",")]

        vectors = []
        for i, name in enumerate(names()):
            out = {}
            for pg_num in PG_NUMS:
                out[f"p{pg_num}"], osds = placed(f"osdmap{pg_num}", name)
                if pg_num == 192:
                    out["osds192"] = osds
            out["osds192_pgp96"] = placed("osdmap192_pgp96", name)[1]
            out["osds192_out5"] = placed("osdmap192", name, "--mark-out", "5")[1]
            vectors.append(dict(id=f"v{i}", key_hex=name.hex(), out=out))
        text = run("crushtool", "-d", "map").decode()
    print(json.dumps({
        "function": "Ceph: the placement group of an object's name, and its OSDs",
        "implementation": "osdmaptool --test-map-object (Debian ceph-base 16.2.15+ds-0+deb12u2)", "version": "16.2.15",
        "command": "osdmaptool OSDMAP --mark-up-in [--mark-out 5] --test-map-object=NAME, of pool 1, size 3, hashpspool",
        "notes": "pN: the placement group where pg_num is N. osdsN: its OSDs, on map by rule 0; of pgpM pgp_num is M, else N. "
                 "Written by place/crush/testdata/objects.py.",
        "map": text,
    })[:-1] + ', "vectors": [\n' + ",\n".join(json.dumps(v) for v in vectors) + "\n]}")


main()
