package place

import (
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// Cassandra places by the token of Cassandra's Murmur3Partitioner, on a ring cut
// in N equal ranges from the smallest token up. The hash is the server's token:
// that of the empty key is the smallest. Of a partition key of several columns
// the key is what Cassandra hashes, each column as 2 bytes of length, the bytes,
// and a 0. For the ranges of a real ring see [NewRing].
//
// Source: org.apache.cassandra.dht.Murmur3Partitioner.getToken.
func Cassandra(parts uint32) Scheme {
	return Scheme{Name: "cassandra", Hash: hash.CassandraToken, Add: 1 << 63, Reduce: ReduceFastrange, Parts: parts}
}

// Scylla places on a shard (a processor core) of a ScyllaDB node, under the
// default sharding_ignore_msb_bits of 12. The empty key has token 0, which is not
// Cassandra's.
//
// Source: scylladb/scylladb dht/token-sharding.cc, shard_of.
func Scylla(parts uint32) Scheme {
	return Scheme{
		Name: "scylla", Hash: hash.Murmur3Cassandra, Add: 1 << 63, Drop: 12, Reduce: ReduceFastrange, Parts: parts,
	}
}

// Couchbase places in a vBucket: (crc32(key) >> 16 & 0x7fff) % N. A cluster has
// 1024, on macOS 64.
//
// Source: couchbase/gocbcore crc.go, vbucketmap.go.
func Couchbase(parts uint32) Scheme {
	return Scheme{Name: "couchbase", Hash: hash.CRC32, Fold: FoldHigh15, Reduce: ReduceMod, Parts: parts}
}

// Ceph places an object's name in one of N placement groups, N being the pool's
// pg_num: ceph_stable_mod of ceph-rjenkins. Of an object in a namespace the key is
// the namespace, a byte 0x1f, and the name; of one with a locator key that key. Package
// [github.com/keymill/keymill/place/crush] says which OSDs a placement group has.
//
// Source: ceph src/osd/osd_types.cc, pg_pool_t::hash_key and raw_pg_to_pg.
func Ceph(parts uint32) Scheme {
	return Scheme{Name: "ceph", Hash: hash.CephRJenkins, Reduce: ReduceStableMod, Parts: parts}
}

// Hazelcast places a string key: |murmur3-32 of its serialised form| % N, and 0
// for the one number that has no absolute value. A cluster has 271 partitions
// unless it is told otherwise.
//
// Source: com.hazelcast.internal.util.HashUtil.hashToIndex.
func Hazelcast(parts uint32) Scheme {
	return Scheme{
		Name: "hazelcast", Keys: KeysHazelcast, Hash: hash.Murmur3x32, Seed: hash.Seed64(0x01000193), Fold: FoldNoMin,
		Reduce: ReduceAbsMod, Parts: parts,
	}
}

// MongoDB places by a hashed shard key, of which the hash is a signed number of
// 64 bits, in N chunks with equal ranges. The absent key is hashed as null.
//
// Source: mongodb/mongo src/mongo/db/hasher.cpp.
func MongoDB(parts uint32) Scheme {
	return Scheme{Name: "mongodb", Keys: KeysMongo, Hash: hash.MD5, Add: 1 << 63, Reduce: ReduceFastrange, Parts: parts}
}

// Elasticsearch places a routing value, or an id, on one of N primary shards of
// an index of Elasticsearch from version 7 on, or of OpenSearch, whose
// number_of_routing_shards is the default: N doubled as often as it stays within
// 1024, and at least once.
//
// Source: org.elasticsearch.cluster.routing.IndexRouting, MetadataCreateIndexService.
func Elasticsearch(parts uint32) Scheme {
	return ElasticsearchRouting(parts, routingShards(parts))
}

// ElasticsearchRouting is [Elasticsearch] for an index with that
// number_of_routing_shards, a multiple of parts.
func ElasticsearchRouting(parts, routing uint32) Scheme {
	return Scheme{
		Name: "elasticsearch", Keys: KeysUTF16, Hash: hash.Murmur3x32, Reduce: ReducePmod, Parts: parts, Route: routing,
	}
}

// routingShards returns the default: parts * 2^max(1, 10 - ceil(log2 parts)).
func routingShards(parts uint32) uint32 {
	if parts == 0 || parts > MaxParts/2 {
		return parts // which Check refuses, or cannot be doubled
	}
	return parts << max(1, 10-bits.Len32(parts-1))
}

// Postgres places in a hash partition of PostgreSQL with modulus N. A null key
// is in partition 0.
//
// Source: PostgreSQL src/backend/partitioning/partbounds.c,
// compute_partition_hash_value; src/common/hashfn.c.
func Postgres(parts uint32) Scheme {
	return Scheme{
		Name: "postgres", Keys: KeysPostgres, Hash: hash.Lookup3, Seed: hash.Seed64(0x7A5B22367996DCFD),
		Add: 0x49a0f4dd15e5a8e3, Reduce: ReduceMod, Parts: parts, Null: NullZero,
	}
}

// Citus places in a shard of a hash-distributed table of Citus: the 2^32 values
// of PostgreSQL's 32-bit hash, signed, in N ranges of floor(2^32/N); what is left
// over belongs to the last.
//
// Source: citusdata/citus src/backend/distributed/utils/shardinterval_utils.c.
func Citus(parts uint32) Scheme {
	s := Scheme{Name: "citus", Keys: KeysPostgres, Hash: hash.Lookup3, Fold: FoldLow32, Reduce: ReduceRing, Parts: parts}
	if parts > 0 && parts <= maxRanges {
		// In the order of unsigned numbers the ranges above zero come first. One that
		// holds zero inside is met at both ends: the ring wraps there.
		size := uint64(1<<32) / uint64(parts)
		s.Table = mustRanges(parts, func(i uint32) uint64 {
			last := (uint64(i)+1)*size - 1
			if i == parts-1 {
				last = 1<<32 - 1
			}
			return uint64(uint32(last) ^ 1<<31)
		})
	}
	return s
}

// VitessXXHash places by Vitess' vindex `xxhash`, on N shards with the equal
// ranges of keyspace ids that Vitess generates. Integers are hashed as text.
//
// Source: vitessio/vitess go/vt/vtgate/vindexes/xxhash.go, go/vt/key/key.go.
func VitessXXHash(parts uint32) Scheme {
	return vitess("vitess-xxhash", KeysVitessText, hash.XXH64, parts)
}

// VitessHash places by Vitess' vindex `hash`: DES of the integer, under a key of
// zeros, big-endian.
//
// Source: vitessio/vitess go/vt/vtgate/vindexes/hash.go.
func VitessHash(parts uint32) Scheme {
	return vitess("vitess-hash", KeysVitessNumber, hash.DES, parts)
}

// VitessMD5 places by Vitess' vindex `binary_md5`.
//
// Source: vitessio/vitess go/vt/vtgate/vindexes/binarymd5.go.
func VitessMD5(parts uint32) Scheme {
	return vitess("vitess-md5", KeysVitessText, hash.MD5, parts)
}

func vitess(name string, keys Encoding, f hash.Func, parts uint32) Scheme {
	s := Scheme{Name: name, Keys: keys, Hash: f, Fold: FoldSwap, Reduce: ReduceRing, Parts: parts}
	if parts > 0 && parts <= maxRanges {
		// The bounds of ranges are a byte, or two for more than 256 of them; the
		// arithmetic is that of GenerateShardRanges, to its last rounding.
		width := max(8, (bits.Len32(parts-1)+7)/8*8)
		size := float64(uint64(1)<<width) / float64(parts)
		s.Table = mustRanges(parts, func(i uint32) uint64 {
			end := uint64(float64(i+1) * size)
			return end<<(64-width) - 1 // the last: 2^64 - 1
		})
	}
	return s
}

// maxRanges is how many ranges a preset has at most.
const maxRanges = 1 << 16

// mustRanges returns the ring of n ranges, of which the last number is given.
func mustRanges(n uint32, last func(i uint32) uint64) *Table {
	points, owners := sortedPoints(n, last)
	t, err := NewRing(points, owners, n)
	if err != nil {
		panic(err) // the ranges of a preset are part of the program
	}
	return t
}
