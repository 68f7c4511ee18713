// Package keymill hashes and places keys in bulk.
//
// # Three words
//
// A [Batch] is a column of keys packed end to end. A [Backend] is one way to
// compute: one core, or one device. A [Placement] is what comes out: the hash
// of each key, the partition where it lives, how many keys each partition got;
// and [Placement.Group] gives the order that sorts the batch by partition.
//
//	Batch ──► Backend ──► Placement
//
// [Params] says what to compute: a hash function (package hash) and a placement
// scheme (package place). Both are plain values, and what they mean never
// changes: the result of a batch is a pure function of the keys and the params,
// the same bits on every backend, in every release.
//
// # The dispatcher
//
// A [Dispatcher] holds several backends, each with a [Profile] of what it
// costs, and gives every batch to the one that should finish first. It is a
// Backend itself. A backend that fails is put in quarantine, the fallback redoes
// the batch, and [Dispatcher.Stats] says so: a broken accelerator costs time,
// never a result.
//
// # Where things are
//
// The packages backend/... compute; backend.Available lists those that run
// here, each after its self-test. kv is a store whose batch calls take a Batch;
// ingest reads files into batches and feeds a store. This package imports none
// of them, only the definitions in hash and place.
//
// # Memory
//
// The caller owns every slice that it passes in, and may reuse it as soon as a
// call returns: backends keep nothing and write nothing after they return.
// Nothing is allocated a key; the steady state of a loop that reuses its Batch
// and Placement allocates nothing at all.
package keymill
