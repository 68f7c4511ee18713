package place

import "github.com/keymill/keymill/hash"

// Iceberg places by the partition transform bucket[N] of Iceberg tables:
// (murmur3-32(value) & 0x7fffffff) % N. A null value has no bucket.
//
// Source: Iceberg table specification, "Bucket Transform Details" and appendix B.
func Iceberg(parts uint32) Scheme {
	return Scheme{
		Name: "iceberg", Keys: KeysIceberg, Hash: hash.Murmur3x32, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts,
	}
}

// Spark places as Spark SQL does in repartition(N, columns) and bucketBy:
// hash(columns) mod N, never negative. The hash of a null is the seed, 42.
//
// Source: org.apache.spark.sql.catalyst.expressions.Murmur3Hash, HashPartitioning.
func Spark(parts uint32) Scheme {
	return Scheme{
		Name: "spark", Keys: KeysSpark, Hash: hash.Murmur3Spark, Reduce: ReducePmod, Parts: parts, Null: NullSeed,
	}
}

// Hive2 places in a bucket of a Hive table with bucketing_version 2:
// (murmur3-hive(value) & 0x7fffffff) % N. The hash of a null is 0.
//
// Source: org.apache.hadoop.hive.serde2.objectinspector.ObjectInspectorUtils.
func Hive2(parts uint32) Scheme {
	return Scheme{
		Name: "hive", Keys: KeysHive2, Hash: hash.Murmur3Hive, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts, Null: NullZero,
	}
}

// Hive1 places in a bucket of a Hive table with bucketing_version 1, as Java's
// hash codes: (31h + byte & 0x7fffffff) % N. The hash of a null is 0.
//
// Source: org.apache.hadoop.hive.serde2.objectinspector.ObjectInspectorUtils.
func Hive1(parts uint32) Scheme {
	return Scheme{
		Name: "hive1", Keys: KeysHive1, Hash: hash.Java31, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts, Null: NullZero,
	}
}

// ClickHouse places in a Distributed table whose sharding key is
// cityHash64(key), with shards of weight 1: the hash % N.
//
// Source: ClickHouse src/Storages/StorageDistributed.cpp, createBlockSelector.cpp.
func ClickHouse(parts uint32) Scheme {
	return Scheme{Name: "clickhouse", Hash: hash.CityHash102, Reduce: ReduceMod, Parts: parts}
}
