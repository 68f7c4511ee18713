// Package ingest reads rows from files and feeds them to a store.
//
//	files ─► read ─► chunks ─► hash and group ─► apply, shard by shard ─► store
//
// A [Source] turns a file into chunks of rows: a batch of keys and a batch of
// values. [Stream] runs the stages that every command shares: several files are
// read at a time, several chunks are worked on at a time, and yet each chunk is
// handed on in the order of the input. [Run] is the whole pipeline into a store.
//
// Memory is bounded: the chunks are a fixed number, and go round. Whoever is
// slow holds up those before him.
//
// # Order
//
// Rows are applied in the order of the files and of the rows in them: of two
// rows with the same key, the later one wins, for any number of workers. So
// when an ingest ends early, by a damaged file or by Ctrl-C, what went in is the
// beginning of the input, and the report says exactly how many rows that is.
// Only when the store itself fails can other shards be a few chunks ahead of the
// one that failed; the count is exact then, too.
package ingest
