package main

import (
	"crypto/md5"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"math/bits"
	"unicode/utf16"
	"unsafe"

	"github.com/cespare/xxhash/v2"
	"github.com/dgryski/go-jump"
	"github.com/go-faster/city"
	"github.com/twmb/murmur3"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// ofFunctions are placements for which Go has a hash function and no more: what a user
// writes around it.
func ofFunctions() []bench.PlacePeer {
	shards := place.VitessXXHash(parts).Table
	scratch := make([]byte, 0, 1024)
	return []bench.PlacePeer{
		{Name: "go-jump on xxhash", Scheme: "jump", Parts: jumpParts, Place: loop(jumped)},
		{Name: "cespare/xxhash and fastrange", Scheme: "fastrange", Hash: hash.XXH64, Parts: deviceParts, Place: fastranged},
		// The token alone, and the range that it is in; gocql itself searches a ring.
		{Name: "gocql", Scheme: "cassandra", Parts: parts, Place: loop(func(key []byte) int {
			return ranged(uint64(gocqlToken(key))+1<<63, parts)
		})},
		{Name: "gocql", Scheme: "scylla", Parts: parts, Place: loop(func(key []byte) int {
			return ranged((uint64(gocqlToken(key))+1<<63)<<12, parts)
		})},
		// As every Couchbase client in Go does it.
		{Name: "hash/crc32", Scheme: "couchbase", Parts: parts, Place: loop(func(key []byte) int {
			return int(crc32.ChecksumIEEE(key)>>16&0x7fff) % parts
		})},
		// As nats-server does it.
		{Name: "hash/fnv", Scheme: "nats", Parts: parts, Place: loop(func(key []byte) int {
			h := fnv.New32a()
			_, _ = h.Write(key)
			return int(h.Sum32() % parts)
		})},
		{Name: "crypto/md5", Scheme: "kinesis", Parts: parts, Place: loop(func(key []byte) int {
			digest := md5.Sum(key)
			return ranged(binary.BigEndian.Uint64(digest[:]), parts)
		})},
		{Name: "go-faster/city", Scheme: "clickhouse", Parts: parts, Place: loop(func(key []byte) int {
			return int(city.CH64(key) % parts)
		})},
		// Vitess searches the shards' ranges one by one.
		{Name: "cespare/xxhash and search", Scheme: "vitess-xxhash", Parts: parts, Place: loop(func(key []byte) int {
			return owner(shards, bits.ReverseBytes64(xxhash.Sum64(key)))
		})},
		{Name: "crypto/md5 and search", Scheme: "vitess-md5", Parts: parts, Place: loop(func(key []byte) int {
			digest := md5.Sum(key)
			return owner(shards, binary.BigEndian.Uint64(digest[:]))
		})},
		// No library in Go has it.
		{Name: "twmb/murmur3 on UTF-16", Scheme: "elasticsearch", Parts: parts, Place: loop(func(key []byte) int {
			scratch = scratch[:0]
			for _, r := range text(key) {
				if first, second := utf16.EncodeRune(r); first != '\uFFFD' {
					scratch = binary.LittleEndian.AppendUint16(scratch, uint16(first))
					r = second
				}
				scratch = binary.LittleEndian.AppendUint16(scratch, uint16(r))
			}
			const routing = parts * 1 << 6 // as often doubled as it stays within 1024
			return floorMod(int32(murmur3.Sum32(scratch)), routing) / (routing / parts)
		})},
		// No library in Go has it: the loop of Spark's own Java, as it stands.
		{Name: "scalar port", Scheme: "spark", Parts: parts, Place: loop(func(key []byte) int {
			return floorMod(sparkHash(key, 42), parts)
		})},
	}
}

// text is a key as a string, without a copy: a user's keys are strings there.
func text(key []byte) string { return unsafe.String(unsafe.SliceData(key), len(key)) }

func floorMod(h int32, n int32) int {
	rest := h % n
	if rest < 0 {
		rest += n
	}
	return int(rest)
}

// sparkHash is Spark's Murmur3_x86_32.hashUnsafeBytes.
func sparkHash(key []byte, seed uint32) int32 {
	h := seed
	aligned := len(key) &^ 3
	for i := 0; i < aligned; i += 4 {
		h = sparkMix(h, binary.LittleEndian.Uint32(key[i:]))
	}
	for _, c := range key[aligned:] {
		h = sparkMix(h, uint32(int8(c)))
	}
	h ^= uint32(len(key))
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return int32(h ^ h>>16)
}

func sparkMix(h, k uint32) uint32 {
	k = bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593
	return bits.RotateLeft32(h^k, 13)*5 + 0xe6546b64
}

// fastranged is the loop beside which the table device puts a device. It calls the
// function directly, as those of [each] do.
func fastranged(out []uint32, b *keymill.Batch) {
	for i := range out {
		out[i] = uint32(ranged(xxhash.Sum64(b.Data[i*b.Width:(i+1)*b.Width]), deviceParts))
	}
}

// jumped is the scheme jump: a key of eight bytes is the number of the paper.
func jumped(key []byte) int {
	if len(key) == 8 {
		return int(jump.Hash(binary.LittleEndian.Uint64(key), jumpParts))
	}
	return int(jump.Hash(xxhash.Sum64(key), jumpParts))
}
