// Package columns places rows by typed key columns, as the systems do that hash
// values and not their text: an integer 42 is 8 bytes for Iceberg, 4 for Spark,
// itself for Hive, the text "42" for one vindex of Vitess.
//
//	typed column(s) ─ Encoder ─► keymill.Batch, place.Scheme ─ any backend ─► partitions
//
// An [Encoder] is made for a scheme, whose Keys names the system, and for the
// types of the columns. It turns columns into a batch of keys in one pass, with
// no object a key, and its [Encoder.Scheme] is the scheme under which every
// backend places that batch as the system places the rows. Strings and other
// columns that are hashed as they are, are not copied.
//
// # What systems take
//
//	iceberg        int8..int64, date, time, timestamp, timestamp_ns, decimal, uuid, string, binary
//	spark          bool, int8..int64, float32, float64, decimal, date, timestamp, string, binary; many columns
//	hive1, hive2   bool, int8..int64, float32, float64, date, string, binary; many columns
//	postgres       bool, int8..int64, float32, float64, decimal, date, time, timestamp, uuid, string, binary; many columns
//	mongodb        bool, int8..int64, float32, float64, decimal, date, timestamp, uuid, objectid, string, binary
//	vitess-text    int8..int64, string, binary
//	vitess-number  int8..int64
//	utf16          string: Elasticsearch, Pulsar's Java client
//	hazelcast      string
//	bytes          uuid, objectid, string, binary: schemes that know no types
//
// Anything else is an error of [NewEncoder] that says what is taken instead.
//
// # Keys that are hashes
//
// A backend hashes one run of bytes a key. Where a system does something else,
// the Encoder computes the hash itself: of several columns, which are chained; of
// a number that is its own hash (Hive); of a number for which the system has a
// rule outside its hash function (PostgreSQL's zeros, and its numeric). Then each
// key of the batch is that hash, 8 bytes little-endian, and Encoder.Scheme is the
// scheme with Hash XXH64 and Word8, under which a key of 8 bytes is its own hash;
// everything behind the hash stays as it is (but PostgreSQL's Add: it is a part of
// the chain, whose end is PostgreSQL's rowHash).
//
// # Nulls
//
// A null of a single column becomes a null of the batch, and the scheme's rule
// for absent keys does the rest; only MongoDB hashes null as a value. In a row
// of several columns the chain's rule counts: Spark's hash stays what it was,
// Hive's field is 0, PostgreSQL skips the column.
package columns
