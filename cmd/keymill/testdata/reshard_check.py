"""Says what moves between two placements, and fails if a report of keymill says otherwise.

reshard_check.py ROWS.tsv BEFORE AFTER REPORT.json MOVED.json
BEFORE and AFTER are N:FILE, partitions as 'keymill place' writes them, or N:kafka, computed here."""
import json, sys
from base64 import b64decode
from collections import Counter
from fractions import Fraction
from math import ceil


def murmur2(key, m=0x5BD1E995, mask=0xFFFFFFFF):  # as org.apache.kafka.common.utils.Utils.murmur2
    h = 0x9747B28C ^ len(key)
    for i in range(0, len(key) & ~3, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    if len(key) & 3:
        h = (h ^ int.from_bytes(key[len(key) & ~3:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def placed(text, keys):
    n, name = text.split(":", 1)
    if name == "kafka":
        return int(n), [(murmur2(k) & 0x7FFFFFFF) % int(n) for k in keys]
    return int(n), [int(line.split(b"\t", 1)[0]) for line in open(name, "rb")]


rows = [line.rstrip(b"\n").split(b"\t")[:2] for line in open(sys.argv[1], "rb")]
(n, before), (m, after) = (placed(arg, [key for key, _ in rows]) for arg in sys.argv[2:4])
assert len(rows) == len(before) == len(after)
sums, moved = Counter(), []
for (key, value), a, b in zip(rows, before, after):
    kinds = ["total", ("before", a), ("after", b)] + (["moved", ("out", a), ("in", b), (a, b)] if a != b else [])
    for kind in kinds:
        sums[kind, "keys"] += 1
        sums[kind, "bytes"] += len(key) + len(value)
    if a != b:
        moved.append((a, b, key))


def load(kind): return {"keys": sums[kind, "keys"], "bytes": sums[kind, "bytes"]}


def peak(way):
    top = max(range(max(n, m)), key=lambda p: (sums[(way, p), "bytes"], -p))
    return {"place": top, **load((way, top))} if moved else None


share = Fraction(len(rows), m)
has = [sums[("before", p), "keys"] for p in range(n)]
want = {
    "rows": len(rows), "total": load("total"), "moved": load("moved"),
    "least": ceil(sum(max(Fraction(0), keys - (share if p < m else 0)) for p, keys in enumerate(has))),
    "peak_out": peak("out"), "peak_in": peak("in"),
    "places": [{"place": p, **{way: load((way, p)) for way in ("before", "after", "out", "in")}} for p in range(max(n, m))],
    "pairs": [{"from": a, "to": b, **load((a, b))} for a in range(n) for b in range(m) if sums[(a, b), "keys"]],
}
report = json.load(open(sys.argv[4]))
for name, value in want.items():
    if report[name] != value:
        sys.exit(f"{name}: {value}\nthe report has {report[name]}")
lines = [json.loads(line) for line in open(sys.argv[5], "rb")]
key = lambda line: line["key"].encode() if "key" in line else b64decode(line["key_base64"])
if [(line["from"], line["to"], key(line)) for line in lines] != moved:
    sys.exit("other rows move")
print(f"{len(moved)} of {len(rows)} rows move")
