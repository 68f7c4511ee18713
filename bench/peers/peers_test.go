package main

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
)

// These tests do with package testing alone, so that the module requires nothing
// but what keymill is compared with.

// The test binary is the program itself when it is called as that is: to serve,
// and as a worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && (os.Args[1] == "serve" || os.Args[1] == "worker") {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// textOnly is how the note ends about random bytes for a system that hashes text.
const textOnly = "is left out: its keys are no text, which the system hashes"

// measured runs the smallest table of its kind in the program, with all peers. The
// run ends with an error if one computes something else than ours.
func measured(t *testing.T, c bench.Config) *bench.Report {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c.Keys, c.Rounds, c.Seed = 1<<15, 6, 1
	var stderr bytes.Buffer
	report, err := bench.Ask(t.Context(), c, []string{self, "serve"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Errorf("the peers write to stderr: %s", stderr.String())
	}
	notes := slices.DeleteFunc(report.Notes, func(note string) bool { return strings.HasSuffix(note, textOnly) })
	if notes := strings.Join(notes, "\n"); notes != "trueno and trueno-db are left out: scripts/trueno.sh builds their worker, with cargo" {
		t.Errorf("the notes are %q", notes)
	}
	return report
}

// hasPeers holds the rows of a report to the peers that each must have, with a
// star behind those that compute something else, and in the order of the rows.
func hasPeers(t *testing.T, r *bench.Report, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, row := range r.Rows {
		peer := row.Peer
		if row.Other {
			peer += "*"
		}
		got[row.Name] = strings.TrimPrefix(got[row.Name]+", "+peer, ", ")
		if len(row.Samples.Peer) < 6 || row.PeerNS <= 0 || row.Ratio <= 0 {
			t.Errorf("%s: %s was not measured: %+v", row.Name, row.Peer, row)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s is compared with %q, not with %q", name, got[name], want[name])
		}
	}
}

func TestHashes(t *testing.T) {
	report := measured(t, bench.Config{Backend: "cpu", Table: "hash", Workloads: []string{"fixed16", "fixed8", "uniform1-32"}})
	want := map[string]string{}
	for hash, peers := range map[string]string{
		"xxh3": "zeebo/xxh3, maphash*", "xxh64": "cespare/xxhash", "murmur3-32": "twmb/murmur3", "murmur3-x64-128": "twmb/murmur3",
		"crc32": "hash/crc32", "crc32c": "hash/crc32", "fnv1a-32": "hash/fnv", "fnv1a-64": "hash/fnv", "siphash-2-4": "dchest/siphash",
		"md5": "crypto/md5", "cityhash64-1.0.2": "go-faster/city", "xxh32": "OneOfOne/xxhash",
	} {
		for _, family := range []string{"fixed16", "fixed8", "uniform1-32"} {
			want[hash+" "+family] = "definition, " + peers
		}
	}
	want["xxh64 fixed16"] += ", parquet-go batch"
	want["xxh64 fixed8"] += ", parquet-go batch"
	hasPeers(t, report, want)
	for _, p := range hashes() {
		if !strings.Contains(want[p.Func.String()+" fixed8"]+want[p.Func.String()+" fixed16"], p.Name) {
			t.Errorf("%s for %s is in no row that is looked at here", p.Name, p.Func)
		}
	}
}

func TestPlacements(t *testing.T) {
	report := measured(t, bench.Config{Backend: "cpu", Table: "place", Workloads: []string{"fixed16", "fixed8", "ascii16", "uniform1-32", "user"}})
	want := map[string]string{
		"redis fixed16": "definition, radix, rueidis", // random bytes have hash tags, which the loop of bytes does not look for
		"redis ascii16": "definition, byte table, radix, rueidis",
		"redis user":    "definition, byte table, radix, rueidis",
	}
	for scheme, peers := range map[string]string{
		"kafka": "kafka-go, franz-go", "librdkafka": "kafka-go", "sarama": "sarama", "sarama-reference": "sarama", "jump": "go-jump on xxhash",
		"iceberg": "iceberg-go", "pulsar": "twmb/murmur3", "cassandra": "gocql", "scylla": "gocql", "couchbase": "hash/crc32",
		"nats": "hash/fnv", "kinesis": "crypto/md5", "clickhouse": "go-faster/city", "vitess-xxhash": "cespare/xxhash and search",
		"vitess-md5": "crypto/md5 and search", "spark": "scalar port", "rendezvous": "dgryski/go-rendezvous",
		"ketama": "crypto/md5 and search", "ring-hash": "cespare/xxhash and search", "nginx-consistent": "hash/crc32 and search",
		"maglev-envoy": "cespare/xxhash and table", "cassandra-ring": "gocql and search",
	} {
		for _, family := range []string{"fixed16", "fixed8", "uniform1-32", "ascii16", "user"} {
			want[scheme+" "+family] = "definition, " + peers
		}
	}
	for _, family := range []string{"ascii16", "user"} { // random bytes are no UTF-8
		want["elasticsearch "+family] = "definition, twmb/murmur3 on UTF-16"
	}
	hasPeers(t, report, want)
	for _, p := range placements() {
		inTable := strings.Contains(want[p.Scheme+" ascii16"], p.Name)
		if forDevice := p.Hash != hash.Default; forDevice == inTable { // which TestDevice looks at
			t.Errorf("%s for %s is in no row that is looked at here", p.Name, p.Scheme)
		}
	}
}

// Beside a device stands the loop of a user of the processor. Where there is no device the
// error says so.
func TestDevice(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := bench.Config{Table: "device", Quick: true, Keys: 1 << 15, Rounds: 6, Only: "placed from the host"}
	var stderr bytes.Buffer
	report, err := bench.Ask(t.Context(), c, []string{self, "serve"}, &stderr)
	if err != nil {
		if strings.Contains(os.Getenv("REQUIRE_BACKENDS"), "opencl") || !strings.Contains(err.Error(), "OpenCL cannot be used") {
			t.Error(err)
		}
		return
	}
	var peers []string
	for _, row := range report.Rows {
		peers = append(peers, row.Peer)
	}
	if len(peers) < 3 || peers[1] != "cespare/xxhash and fastrange" {
		t.Errorf("the peers are %q", peers)
	}
}

// The system that keymill starts from is there if its worker is.
func TestTrueno(t *testing.T) {
	var with, without bench.Peers
	addTrueno(&with, os.Args[0])
	addTrueno(&without, os.Args[0]+".gone")
	if len(with.Hash) != 1 || len(with.Store) != 2 || len(with.Notes) != 0 {
		t.Errorf("with its worker there is %+v", with)
	}
	for _, command := range [][]string{with.Hash[0].Command, with.Store[0].Command, with.Store[1].Command} {
		if !slices.Equal(command, os.Args[:1]) {
			t.Errorf("its command is %q", command)
		}
	}
	if len(without.Hash) != 0 || len(without.Store) != 0 || len(without.Notes) != 1 {
		t.Errorf("without its worker there is %+v", without)
	}
}

// The stores that must be there, in the order of the rows.
var (
	inMemory = []string{
		"map and RWMutex", "sharded maps", "sync.Map", "xsync", "xsync without hint", "haxmap", "concurrent-map", "otter", "bigcache",
		"freecache", "fastcache",
	}
	disk = []string{"pebble", "bbolt", "badger", "goleveldb"}
)

func TestStores(t *testing.T) {
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	report := measured(t, bench.Config{Backend: "cpu", Table: "kv", Quick: true, Disk: true, Workloads: []string{"user"}, Only: "hit"})
	calls := slices.Concat(inMemory, disk)
	batches := slices.Clone(inMemory)
	for _, name := range disk {
		batches = append(batches, name+" in batches")
	}
	hasPeers(t, report, map[string]string{"hit user": strings.Join(calls, ", "), "hit user, batches of 1024": strings.Join(batches, ", ")})
	var sides []string
	for _, s := range slices.Concat(stores, diskStores) {
		sides = append(sides, s.Name)
	}
	if want := calls[1:]; !slices.Equal(want, sides) { // the first is bench's own
		t.Errorf("the stores are %q, not %q", sides, want)
	}
	var memory []string
	for _, m := range report.Memory {
		memory = append(memory, m.Store)
	}
	if want := append([]string{"kv/ref"}, calls...); !slices.Equal(want, memory) {
		t.Errorf("memory is that of %q, not of %q", memory, want)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("the run has left %v behind (%v)", left, err)
	}
}
