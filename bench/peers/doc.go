// Command peers measures keymill against other libraries. It is a module of its
// own, so that keymill does not depend on what it is compared with; `keymill
// bench` builds and runs it.
//
// A peer is used as its users use it: a hash function in a loop over the keys, a
// store by a call per key. Where it has a batch call, that is used. hash.go,
// place.go, functions.go, members.go and stores.go have one entry for each, and a line
// on what is unfair.
//
// gocql's token and rueidis' slot are internal to those modules; linked.go has the
// functions themselves, without what stands between them and a user.
//
// Not here: PostgreSQL's hash, Hive's, Hazelcast's and MongoDB's, which no library in Go has
// (their rows have the definition alone); ristretto, which drops most of a bulk load,
// and so is no store.
package main
