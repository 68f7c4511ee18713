"""Says what moves between two placements, and fails if a report of keymill says otherwise.

reshard_check.py ROWS.tsv BEFORE AFTER REPORT.json MOVED.json
BEFORE and AFTER are N:kafka or N:FILE, see placements.py."""
import json, sys
from base64 import b64decode
from collections import Counter
from fractions import Fraction
from math import ceil
from placements import placed, read


rows = read(sys.argv[1])
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
