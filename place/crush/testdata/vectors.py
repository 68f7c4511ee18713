#!/usr/bin/env python3
"""Writes ceph_crush_maps.json: maps made by chance, and where Ceph's own crushtool
places on them. It needs crushtool of Debian's ceph-base.

    python3 place/crush/testdata/vectors.py > internal/vectors/testdata/ceph_crush_maps.json

With two numbers, as `vectors.py 1000 2000`, it is a search for differences: it takes
those seeds in place of those of the file (CRUSH_VECTORS=FILE go test ./place/crush).
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

CURRENT = dict(choose_local_tries=0, choose_local_fallback_tries=0, choose_total_tries=50,
               chooseleaf_descend_once=1, chooseleaf_vary_r=1, chooseleaf_stable=1)
PROFILES = {
    "jewel": CURRENT,
    "hammer": CURRENT | dict(chooseleaf_stable=0),
    "bobtail": CURRENT | dict(chooseleaf_stable=0, chooseleaf_vary_r=0),
    "argonaut": {},  # what a map has that names no tunable
    "no fallback": dict(choose_local_fallback_tries=0),
}
UNIFORM = "uniform"


def crushtool(*args):
    return subprocess.run(["crushtool", *args], capture_output=True, text=True, timeout=60)


class Made:
    """A map made by chance."""

    def __init__(self, rng):
        self.rng = rng
        self.classes = rng.choice([[], ["hdd", "ssd"], ["hdd", "ssd", "nvme"]])
        self.levels = rng.choice(["host", "rack", "dc"])
        self.devices, self.buckets, self.rules = [], [], []
        self.next_osd, self.next_bucket = 0, -1
        self.hierarchy()
        for number in range(2):
            self.rule(number)

    def weight(self):
        return self.rng.choice(["1.000", "2.000", "0.500", "0.000", "7.276", "%.3f" % self.rng.uniform(0, 20)])

    def bucket(self, kind, name, items):
        """Adds a bucket and returns it as an item of another."""
        alg = UNIFORM if not self.classes and self.rng.random() < .25 else "straw2"
        if alg == UNIFORM:
            each = "%.3f" % self.rng.uniform(.1, 9)
            items = [(item, each) for item, _ in items]
        lines = [f"{kind} {name} {{", f"id {self.next_bucket}", f"alg {alg}", "hash 0"]
        lines += [f"item {item} weight {weight}" for item, weight in items]
        self.buckets.append("\n".join(lines + ["}"]))
        self.next_bucket -= self.rng.choice([1, 1, 1, 2])
        return name, "%.3f" % sum(float(weight) for _, weight in items)

    def osd(self, device_class):
        self.next_osd += self.rng.random() < .05  # an id that is not there
        name = f"osd.{self.next_osd}"
        self.devices.append(f"device {self.next_osd} {name}" + (f" class {device_class}" if device_class else ""))
        self.next_osd += 1
        return name

    def hierarchy(self):
        rng, per_rack, per_host = self.rng, self.rng.randrange(1, 8), self.rng.choice([2, 4, 12])
        tops = []
        for rack in range(rng.randrange(1, 6)):
            hosts = []
            for host in range(rng.randrange(rng.random() > .1, per_rack + 1)):
                osds = rng.randrange(rng.random() > .1, per_host)
                items = [(self.osd(rng.choice(self.classes + [""])), self.weight()) for _ in range(osds)]
                hosts.append(self.bucket("host", f"host{rack}-{host}", items))
            tops += hosts if self.levels == "host" else [self.bucket("rack", f"rack{rack}", hosts)]
        if rng.random() < .15:
            tops.append((self.osd(""), "1.000"))  # beside the hosts
        if rng.random() < .3:
            tops = [(name, self.weight()) for name, _ in tops]
        if self.levels == "dc":
            half = len(tops) // 2
            tops = [self.bucket("dc", "dc0", tops[:half]), self.bucket("dc", "dc1", tops[half:])]
        self.bucket("root", "default", tops)

    def rule(self, number):
        rng = self.rng
        erasure = rng.random() < .5
        mode = rng.choice(["indep" if erasure else "firstn"] * 9 + ["firstn", "indep"])
        kinds = ["host", "host", "osd"] + {"host": [], "rack": ["rack"], "dc": ["rack", "dc"]}[self.levels]
        steps = []
        if rng.random() < .45:
            for name, values in dict(chooseleaf_tries=[0, 1, 5], choose_tries=[0, 3, 100], chooseleaf_vary_r=[0, 1, 2, 3],
                                     chooseleaf_stable=[0, 1], choose_local_tries=[0, 1, 2, 3],
                                     choose_local_fallback_tries=[0, 1, 2, 3]).items():
                if rng.random() < .4:
                    steps.append(f"set_{name} {rng.choice(values)}")

        def take():
            used = [c for c in self.classes if any(d.endswith(c) for d in self.devices)]
            return "take default" + (f" class {rng.choice(used)}" if used and rng.random() < .5 else "")

        def last(counts, kinds):
            if rng.random() < .2:
                return f"choose {mode} {rng.choice(counts)} type osd"
            return f"chooseleaf {mode} {rng.choice(counts)} type {rng.choice(kinds)}"

        how = rng.random()
        if how < .6:
            steps += [take(), last([0, 0, 0, 0, 2, -1], kinds), "emit"]
        elif how < .85:
            above = rng.choice([k for k in kinds if k != "osd"])
            steps += [take(), f"choose {mode} {rng.choice([0, 2, 3])} type {above}", last([0, 1, 2, -1], ["host", "osd"]), "emit"]
        else:
            steps += [take(), f"chooseleaf {mode} 1 type host", "emit", take(), last([-1], kinds), "emit"]
        head = [f"rule r{number} {{", f"id {number}", "type " + ("erasure" if erasure else "replicated"), "min_size 1", "max_size 20"]
        self.rules.append("\n".join(head + ["step " + s for s in steps] + ["}"]))

    def text(self):
        name = self.rng.choice(list(PROFILES) + ["chance"])
        tunables = PROFILES.get(name) or {}
        if name == "chance":
            tunables = {k: self.rng.randrange(2 if k[-4:] in ("once", "able") else 6) for k in CURRENT}
        lines = [f"tunable {k} {v}" for k, v in tunables.items()] + self.devices
        lines += [f"type {i} {kind}" for i, kind in enumerate(["osd", "host", "rack", "dc", "root"])]
        return "\n".join(lines + self.buckets + self.rules) + "\n"


# EDGES are what chance does not meet: each the alg of the hosts, what is added to the map, and a rule's steps.
HOSTS = """
host a { id -1 alg ALG hash 0 item osd.0 weight 1 item osd.1 weight 1 item osd.2 weight 1 item osd.3 weight 1 }
host b { id -2 alg ALG hash 0 item osd.4 weight 1 item osd.5 weight 1 item osd.6 weight 1 item osd.7 weight 1 item osd.8 weight 1 item osd.9 weight 1 }
host c { id -3 alg ALG hash 0 item osd.10 weight 1 item osd.11 weight 1 item osd.12 weight 1 item osd.13 weight 1 item osd.14 weight 1 item osd.15 weight 1 }
host d { id -5 alg straw2 hash 0 }
root default { id -4 alg straw2 hash 0 item a weight 4 item b weight 6 item c weight 6 item d weight 2 }
"""
ARGS = """
choose_args 0 {
{ bucket_id -1 weight_set [ [ 1 2 3 4 ] [ 9 1 1 0 ] ] }
{ bucket_id -2 weight_set [ [ 1 2 3 4 5 6 ] [ 6 5 4 3 2 1 ] [ 0 0 1 0 0 1 ] ] }
{ bucket_id -3 weight_set [ [ 6 5 4 3 2 1 ] [ 1 2 3 4 5 6 ] [ 0 1 0 0 1 0 ] ] ids [ 1 2 3 4 5 6 ] }
{ bucket_id -4 weight_set [ [ 1 1 1 1 ] [ 9 1 1 0 ] [ 1 1 9 1 ] ] }
}
"""
EDGES = [
    ("straw2", "", ["take default", "chooseleaf firstn 1 type host", "emit", "emit"]),
    ("straw2", "", ["take osd.99", "emit"]),  # it is in no bucket
    ("straw2", "", ["take osd.7", "emit"]),
    ("straw2", "", ["take b", "take osd.99", "choose firstn 0 type osd", "emit"]),
    ("straw2", "", ["take osd.7", "choose firstn 0 type osd", "emit"]),
    ("straw2", "", ["set_choose_tries 0", "take default", "chooseleaf firstn 0 type host", "emit"]),
    ("straw2", "", ["set_choose_tries 2", "set_chooseleaf_tries 4", "set_chooseleaf_tries 0", "take default", "chooseleaf firstn 0 type host", "emit"]),
    ("straw2", "", ["set_choose_tries 2", "take default", "chooseleaf indep 0 type host", "emit"]),
    ("straw2", "", ["take default", "chooseleaf indep 0 type osd", "emit"]),
    ("straw2", "", ["take default", "choose firstn 2 type host", "choose firstn 2 type osd", "emit"]),
    ("straw2", "", ["take default", "choose firstn 0 type host", "choose indep 2 type osd", "emit"]),
    ("uniform", "", ["take default", "chooseleaf indep 0 type host", "emit"]),
    ("uniform", "", ["take b", "choose indep 0 type osd", "emit"]),
    ("uniform", ARGS, ["take default", "chooseleaf indep 0 type host", "emit"]),
    ("straw2", ARGS, ["take default", "chooseleaf firstn 0 type host", "emit"]),
    ("straw2", ARGS, ["take default", "chooseleaf indep 0 type host", "emit"]),
    ("straw2", ARGS, ["take b", "choose indep 0 type osd", "emit"]),
    ("straw2", ARGS, ["take b", "choose firstn 0 type osd", "emit"]),
    ("argonaut", "", ["take b", "choose firstn 0 type osd", "emit"]),
    ("argonaut", "", ["take default", "chooseleaf firstn 0 type host", "emit"]),
]


def edges():
    for alg, args, steps in EDGES:
        lines = [] if alg == "argonaut" else [f"tunable {k} {v}" for k, v in CURRENT.items()]
        lines += [f"device {i} osd.{i}" for i in [*range(16), 99]] + ["type 0 osd", "type 1 host", "type 2 root"]
        rules = "".join(f"rule r{i} {{ id {i} type {kind} min_size 1 max_size 9 step " + " step ".join(more + steps) + " }\n"
                        for i, (kind, more) in enumerate([("replicated", []), ("erasure", ["set_chooseleaf_tries 5"])]))
        yield "\n".join(lines) + HOSTS.replace("ALG", alg.replace("argonaut", "straw2")) + rules + args


def choose_args(text, rng):
    """Adds weight sets and ids to a decompiled map, also for the buckets of classes."""
    args = []
    for body in re.findall(r"\n\w+ \S+ \{\n(\tid -.*?)\n\}", text, re.S):
        n = body.count("\titem ")
        if UNIFORM in body or n == 0 or rng.random() < .4:
            continue
        arg = ["{ bucket_id " + re.search(r"id (-\d+)", body).group(1)]
        sets = rng.choice([0, 1, 1, 3])
        if sets:
            rows = [" ".join("%.3f" % rng.choice([0, 1, rng.uniform(0, 9), rng.uniform(0, 9)]) for _ in range(n)) for _ in range(sets)]
            arg.append("weight_set [ " + " ".join(f"[ {row} ]" for row in rows) + " ]")
        if not sets or rng.random() < .3:
            arg.append("ids [ " + " ".join(str(rng.randrange(-99999, 99999)) for _ in range(n)) + " ]")
        args.append("\n".join(arg + ["}"]))
    # crushtool tests as for pool 0; the second name is the default's, the third another pool's.
    name = rng.choice(["0", "0", "18446744073709551615", "5"])
    return text + f"choose_args {name} {{\n" + "\n".join(args) + "\n}\n" if args else text


def round_trip(text, compiled):
    """Compiles a map to that file, and returns how crushtool prints it."""
    with open(compiled + ".txt", "w") as f:
        f.write(text)
    done = crushtool("-c", compiled + ".txt", "-o", compiled)
    if done.returncode:
        raise RuntimeError(f"{done.stdout}{done.stderr}\n{text}")
    return crushtool("-d", compiled).stdout


def placed(text, compiled, rule, replicas, reweights, inputs):
    options = [word for osd, w in reweights.items() for word in ("--weight", osd, str(w))]
    out = crushtool("-i", compiled, "--test", "--show-mappings", "--rule", str(rule), "--num-rep", str(replicas),
                    "--min-x", "0", "--max-x", str(inputs - 1), *options).stdout
    rows = re.findall(r"^CRUSH rule \d+ x (\d+) \[(.*)\]$", out, re.M)
    if len(rows) != inputs:
        raise RuntimeError(f"{len(rows)} mappings\n{text}")
    return dict(map=text, rule=rule, num_rep=replicas, reweights=reweights,
                mappings=[[int(x)] + [int(osd) for osd in osds.split(",") if osd] for x, osds in rows])


def by_chance(seed, compiled, inputs):
    rng = random.Random(seed)
    text = round_trip(Made(rng).text(), compiled)
    if rng.random() < .3:
        text = choose_args(text, rng)
    text = round_trip(text, compiled)  # what was printed has rounded weights
    devices = re.findall(r"^device (\d+)", text, re.M)
    if not devices:
        return  # crushtool tests no such map
    for rule in range(2):
        replicas = rng.choice([1, 2, 3, 3, 4, 6, 10])
        reweights = {}
        if rng.random() < .5:
            reweights = {d: rng.choice([0, 0, .5, .25, .9, 1]) for d in devices if rng.random() < .3}
        yield dict(seed=seed) | placed(text, compiled, rule, replicas, reweights, inputs)


def main():
    seeds, inputs = range(30), 40
    if len(sys.argv) > 1:
        seeds, inputs = range(int(sys.argv[1]), int(sys.argv[2])), 200
    made = []
    with tempfile.TemporaryDirectory() as folder:
        compiled = os.path.join(folder, "map")
        for text in edges():
            text = round_trip(text, compiled)
            made += [placed(text, compiled, 0, 6, {}, inputs), placed(text, compiled, 1, 6, {"5": 0, "7": 0, "8": .5, "11": 0}, inputs)]
        for seed in seeds:
            made += by_chance(seed, compiled, inputs)
    print(json.dumps({
        "function": "Ceph CRUSH: OSDs of x, on maps of edges and made by chance",
        "implementation": "crushtool --test --show-mappings (Debian ceph-base 16.2.15+ds-0+deb12u2)", "version": "16.2.15",
        "command": "crushtool -i MAP --test --show-mappings --rule RULE --num-rep NUM_REP --min-x 0 --max-x 39 [--weight OSD REWEIGHT]...",
        "notes": "mappings: x, then its OSDs; 2147483647 is CRUSH_ITEM_NONE. Maps are as crushtool -d prints them. "
                 "Written by place/crush/testdata/vectors.py.",
    })[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in made) + "\n]}")


main()
