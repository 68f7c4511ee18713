package main

import (
	"crypto/md5"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"hash/maphash"
	"unsafe"

	xxhash32 "github.com/OneOfOne/xxhash"
	"github.com/cespare/xxhash/v2"
	"github.com/dchest/siphash"
	"github.com/go-faster/city"
	batchxxhash "github.com/parquet-go/parquet-go/bloom/xxhash"
	"github.com/twmb/murmur3"
	"github.com/zeebo/xxh3"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
)

// each makes the loop that a user of a hash function writes. As a type parameter
// the function is known to the compiler, which calls it directly.
func each[H hasher](out []uint64, b *keymill.Batch) {
	var h H
	if width := b.Width; width > 0 {
		for i := range out {
			out[i] = h.sum(b.Data[i*width : (i+1)*width])
		}
		return
	}
	data, offsets := b.Data, b.Offsets[:len(out)+1]
	for i := range out {
		out[i] = h.sum(data[offsets[i]:offsets[i+1]])
	}
}

type hasher interface{ sum(key []byte) uint64 }

type (
	zeebo       struct{}
	cespare     struct{}
	twmb32      struct{}
	twmb128     struct{}
	dchest      struct{}
	ieee        struct{}
	castagnoli  struct{}
	standard32  struct{}
	standard64  struct{}
	standardMD5 struct{}
	goFaster    struct{}
	oneOfOne    struct{}
	randomTable struct{}
)

var (
	table = crc32.MakeTable(crc32.Castagnoli)
	seed  = maphash.MakeSeed()
)

func (zeebo) sum(key []byte) uint64       { return xxh3.Hash(key) }
func (cespare) sum(key []byte) uint64     { return xxhash.Sum64(key) }
func (twmb32) sum(key []byte) uint64      { return uint64(murmur3.Sum32(key)) }
func (twmb128) sum(key []byte) uint64     { first, _ := murmur3.Sum128(key); return first }
func (dchest) sum(key []byte) uint64      { return siphash.Hash(0, 0, key) }
func (goFaster) sum(key []byte) uint64    { return city.CH64(key) }
func (oneOfOne) sum(key []byte) uint64    { return uint64(xxhash32.Checksum32S(key, 0)) }
func (ieee) sum(key []byte) uint64        { return uint64(crc32.ChecksumIEEE(key)) }
func (castagnoli) sum(key []byte) uint64  { return uint64(crc32.Checksum(key, table)) }
func (randomTable) sum(key []byte) uint64 { return maphash.Bytes(seed, key) }

func (standard32) sum(key []byte) uint64 {
	h := fnv.New32a()
	h.Write(key)
	return uint64(h.Sum32())
}

func (standard64) sum(key []byte) uint64 {
	h := fnv.New64a()
	h.Write(key)
	return h.Sum64()
}

func (standardMD5) sum(key []byte) uint64 {
	digest := md5.Sum(key)
	return binary.LittleEndian.Uint64(digest[:])
}

func hashes() []bench.HashPeer {
	return []bench.HashPeer{
		{Name: "zeebo/xxh3", Func: hash.XXH3, Hash: each[zeebo], Strings: zeeboStrings},
		// Uses the AES instructions and a random seed: fast, and of use in one process only.
		{Name: "maphash", Func: hash.XXH3, Own: true, Hash: each[randomTable]},
		{Name: "cespare/xxhash", Func: hash.XXH64, Hash: each[cespare]},
		{Name: "parquet-go batch", Func: hash.XXH64, Width: 16, Hash: parquet128},
		{Name: "parquet-go batch", Func: hash.XXH64, Width: 8, Hash: parquet64},
		{Name: "twmb/murmur3", Func: hash.Murmur3x32, Hash: each[twmb32]},
		{Name: "twmb/murmur3", Func: hash.Murmur3x128, Hash: each[twmb128]},
		{Name: "hash/crc32", Func: hash.CRC32, Hash: each[ieee]},
		{Name: "hash/crc32", Func: hash.CRC32C, Hash: each[castagnoli]},
		{Name: "hash/fnv", Func: hash.FNV1a32, Hash: each[standard32]},
		{Name: "hash/fnv", Func: hash.FNV1a64, Hash: each[standard64]},
		{Name: "dchest/siphash", Func: hash.SipHash24, Hash: each[dchest]},
		{Name: "crypto/md5", Func: hash.MD5, Hash: each[standardMD5]},
		{Name: "go-faster/city", Func: hash.CityHash102, Hash: each[goFaster]},
		{Name: "OneOfOne/xxhash", Func: hash.XXH32, Hash: each[oneOfOne]},
	}
}

func zeeboStrings(out []uint64, keys []string) {
	for i, key := range keys {
		out[i] = xxh3.HashString(key)
	}
}

// parquet128 is a batch call of assembly, the one of its kind in Go.
func parquet128(out []uint64, b *keymill.Batch) {
	keys := unsafe.Slice((*[16]byte)(unsafe.Pointer(unsafe.SliceData(b.Data))), len(out))
	batchxxhash.MultiSum64Uint128(out, keys)
}

func parquet64(out []uint64, b *keymill.Batch) {
	keys := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b.Data))), len(out))
	batchxxhash.MultiSum64Uint64(out, keys)
}
