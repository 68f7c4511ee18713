package bench

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/keymill/keymill/backend/opencl"
)

// promise is how many times as fast as a peer a backend shall be.
type promise struct {
	ours  string // the backend, or what its name begins with up to a slash or a colon
	work  string
	peer  string // a peer, or roofPeer
	ratio float64
}

// roofPeer stands for the machine's limit among the peers: a ratio to it is the
// share of the limit that is reached.
const roofPeer = "roof"

// promises are those of each table. Where there is no other library that computes a
// function, the peer is the definition, a plain loop a key.
var promises = map[string][]promise{
	"hash": {
		{"cpu", "xxh3 fixed16", "zeebo/xxh3", 2},

		{"simd", "xxh3 fixed8", roofPeer, 0.9},
		{"simd", "xxh3 fixed16", roofPeer, 0.9},
		{"simd", "xxh3 fixed8", "zeebo/xxh3", 3},
		{"simd", "xxh3 fixed16", "zeebo/xxh3", 3},
		{"simd", "murmur3-32 fixed8", "twmb/murmur3", 4.5},
		{"simd", "murmur3-32 fixed16", "twmb/murmur3", 4.5},
		{"simd", "murmur2 fixed8", definition, 7},
		{"simd", "murmur2 fixed16", definition, 7},
		{"simd", "crc32c fixed8", "hash/crc32", 6},
		{"simd", "crc32c fixed16", "hash/crc32", 6},
		{"simd", "crc16 fixed8", definition, 12},
		{"simd", "crc16 fixed16", definition, 12},

		{"simd", "xxh3 uniform1-32", "zeebo/xxh3", 3},
		{"simd", "murmur3-32 uniform1-32", "twmb/murmur3", 4.5},
		{"simd", "murmur2 uniform1-32", definition, 6.5},
		{"simd", "crc32c uniform1-32", "hash/crc32", 5.5},
		{"simd", "crc16 uniform1-32", definition, 11},

		{"simd", "xxh3 zipf8-256", "zeebo/xxh3", 1.6},
		{"simd", "murmur2 zipf8-256", definition, 2.8},
		{"simd", "crc16 zipf8-256", definition, 15},

		{"simd", "xxh3 scattered16", "zeebo/xxh3", 4},

		{"simd", "xxh3 uniform1-32 on 2 cores", "simd", 1.75},
		{"simd", "xxh3 fixed16 on 2 cores", roofPeer, 0.95},
	},
	"place": slices.Concat([]promise{
		{"cpu", "kafka fixed16", "kafka-go", 1.3},
		{"cpu", "redis ascii16", "byte table", 3},

		{"simd", "redis ascii16", "radix", 10},
		{"simd", "redis ascii16", "rueidis", 10},
		{"simd", "redis user", "rueidis", 10},
	},
		onSome("jump", "go-jump on xxhash", 4),
		onSome("kafka", "franz-go", 6),
		onSome("iceberg", "iceberg-go", 10),
		onSome("cassandra", "gocql", 2),
		onSome("spark", "scalar port", 4),

		// Never slower than the best there is.
		onSome("librdkafka", "kafka-go", 1),
		onSome("sarama", "sarama", 1),
		onSome("sarama-reference", "sarama", 1),
		onSome("pulsar", "twmb/murmur3", 1),
		onSome("nats", "hash/fnv", 1),
		onSome("kinesis", "crypto/md5", 1),
		onSome("scylla", "gocql", 1),
		onSome("couchbase", "hash/crc32", 1),
		onSome("clickhouse", "go-faster/city", 1),
		onSome("vitess-xxhash", "cespare/xxhash and search", 1),
		onSome("vitess-md5", "crypto/md5 and search", 1),
		onSome("rendezvous", "dgryski/go-rendezvous", 1),
		onSome("ketama", "crypto/md5 and search", 1),
		onSome("ring-hash", "cespare/xxhash and search", 1),
		onSome("nginx-consistent", "hash/crc32 and search", 1),
		onSome("maglev-envoy", "cespare/xxhash and table", 1),
		onSome("cassandra-ring", "gocql and search", 1),
		[]promise{
			{"simd", "elasticsearch ascii16", "twmb/murmur3 on UTF-16", 1},
			{"simd", "elasticsearch user", "twmb/murmur3 on UTF-16", 1},
		}),

	// By how much the dispatcher may be slower than the best candidate.
	"dispatch": {
		{calibratedSide, everySize, hindsight, 1 / 1.15},
		{calibratedSide, allSizes, hindsight, 1 / 1.05},
		{builtInSide, allSizes, hindsight, 1 / 1.5},
	},

	// Of the table device, by what the device is: a device is held to what is promised of
	// its kind, and to nothing else.
	deviceCPU: { // the processor itself: held to the loop that a user would write
		{"opencl", "xxh64 placed from the host", fastrangeLoop, 1.5},
		{"opencl", startUpRow, limitName(startUpLimit), 1},
	},
	deviceGPU: { // any GPU
		{"opencl", roundTripRow, limitName(roundTripLimit), 1},
	},
	deviceOwn: { // a GPU whose memory is its own: held to what its bus and its memory can do
		{"opencl", "xxh64 placed from the host", roofPeer, 0.8},
		{"opencl", "xxh3 hashed from the host", roofPeer, 0.8},
		{"opencl", "xxh64 counted resident" + largeRow, roofPeer, 0.5},
	},
}

// onSome promises of simd a ratio for a scheme, on each of the workloads that placements
// are measured with.
func onSome(scheme, peer string, ratio float64) (all []promise) {
	for _, family := range someFamilies {
		all = append(all, promise{"simd", scheme + " " + family, peer, ratio})
	}
	return all
}

// Kinds of devices, and rows of their table.
const (
	deviceCPU = "device: CPU"
	deviceGPU = "device: GPU"
	deviceOwn = "device: GPU with memory of its own"

	fastrangeLoop  = "cespare/xxhash and fastrange" // the loop of the peers: see bench/peers/place.go
	largeRow       = ", many keys"                  // of a batch that fills more than the caches of a GPU
	roundTripRow   = "xxh64 placed, one key a call"
	roundTripLimit = 50 * time.Microsecond
	startUpRow     = "start-up with kernels in the cache"
	startUpLimit   = 250 * time.Millisecond
)

// devicePromises returns the promises of the table device for a device, for the caller to
// change.
func devicePromises(i opencl.DeviceInfo) []promise {
	switch {
	case i.Type == opencl.CPU:
		return slices.Clone(promises[deviceCPU])
	case i.Type == opencl.GPU && !i.Unified:
		return slices.Concat(promises[deviceGPU], promises[deviceOwn])
	case i.Type == opencl.GPU:
		return slices.Clone(promises[deviceGPU])
	}
	return nil
}

// promisesOf returns the promises of a table on this machine.
func promisesOf(table string) []promise {
	if table != "hash" || peersHaveAVX512() {
		return promises[table]
	}
	return append([]promise{
		{"simd", "xxh64 fixed8", "parquet-go batch", 1.8},
		{"simd", "xxh64 fixed16", "parquet-go batch", 1.8},
	}, promises[table]...)
}

// peersHaveAVX512 says whether libraries find AVX-512 here. By GODEBUG Go hides it
// from those that ask golang.org/x/sys/cpu, as parquet-go does.
func peersHaveAVX512() bool {
	return cpuid.CPU.Supports(cpuid.AVX512F) && !strings.Contains(os.Getenv("GODEBUG"), "cpu.avx512f=off")
}

// target returns what is promised of a backend for some work against a peer; nil
// if nothing is.
func target(promises []promise, ours, work, peer string) *float64 {
	for _, p := range promises {
		if p.work == work && named(ours, p.ours) && named(peer, p.peer) {
			return &p.ratio
		}
	}
	return nil
}

// named says whether a name is the one given, or begins with it up to a slash or a colon.
func named(name, wanted string) bool {
	rest, ok := strings.CutPrefix(name, wanted)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == ':')
}
