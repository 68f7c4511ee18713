"""Computes how unevenly rows lie on partitions, and fails if a report of keymill says otherwise.

plan_check.py ROWS.tsv REPORT.json PLACED...
PLACED is redis, N:kafka or N:FILE, see placements.py."""
import json
import sys
from collections import Counter
from math import sqrt
from placements import placed, read

FOUND = "max_over_mean p99_over_mean cv gini chi_square".split()


def spread(loads):  # by the textbook, in whole numbers up to the last division
    n, total, ranked = len(loads), sum(loads), sorted(loads)
    excess = n * sum(x * x for x in loads) - total * total
    gini = sum((2 * i - n + 1) * x for i, x in enumerate(ranked))
    return dict(zip(FOUND, [max(loads) * n / total, ranked[-(-99 * n // 100) - 1] * n / total, sqrt(excess / total**2), gini / (n * total), excess / total]),
                of=n, total=total, min=ranked[0], max=ranked[-1], empty=loads.count(0), fullest=loads.index(ranked[-1]), mean=total / n)


def expect(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got} in the report, and {want} here")


rows = read(sys.argv[1])
amounts = {"keys": [1] * len(rows), "bytes": [len(key) + len(value) for key, value in rows]}
report = json.load(open(sys.argv[2]))
expect("stream", report["stream"], {by: sum(of) for by, of in amounts.items()})
distinct = report["distinct_keys"]
expect("distinct keys in the interval", distinct["low"] <= len({key for key, _ in rows}) <= distinct["high"], True)
for got, arg in zip(report.get("placements", [report]), sys.argv[3:], strict=True):
    n, parts = placed(arg, [key for key, _ in rows])
    for by, of in amounts.items():
        loads, keys = [0] * n, Counter()
        for (key, _), part, amount in zip(rows, parts, of):
            if part is not None:
                loads[part] += amount
                keys[key] += amount
        expect(f"{arg}: {by}", got["loads"][by], loads)
        here = got["spread"][by]
        for name, want in spread(loads).items():
            expect(f"{arg}: {name} by {by}", here[name], want)
        effective = sum(loads) ** 2 / sum(x * x for x in keys.values())
        expect(f"{arg}: effective keys by {by}", abs(here["chance"]["effective_keys"] / effective - 1) < 0.06, True)
        if by == report["by"]:
            key, most = max(keys.items(), key=lambda item: item[1])
            heaviest = got["heaviest_key"]
            expect(f"{arg}: heaviest key", (heaviest["at_most"] == most) if heaviest["exact"] else (heaviest["at_most"] >= most), True)
            expect(f"{arg}: floor", here["floor"], max(1, heaviest["at_most"] * n / sum(loads)))
            print(f"{arg}: max/mean {here['max_over_mean']}, heaviest {most}{'' if heaviest['exact'] else ', bound ' + str(heaviest['at_most'])}")
