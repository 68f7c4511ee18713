// Package identify says which function places keys as a system does of which
// nothing is known but some pairs of a key and its partition: the preset or the
// hash, the seed, the reduction and the number of partitions.
//
//	key ─ form ─► bytes ─ hash, seed ─► number ─ rule, N ─► partition, the pair's or another
//
// A form is what the system may have made of the key before it hashed it: the
// key as it stands, a number of 4 or 8 bytes, UTF-16, the key with the line feed
// that a client forgot to cut off. All presets of package place, and every hash
// with every reduction, are tried on every form that the keys allow. Keys are
// hashed once for all reductions and all N; which N are worth looking at follows
// from the numbers (see propose.go), so that 200 pairs take about a second.
// Whether a pair is explained is always decided by [place.Scheme.Partition].
//
// # What chance can do
//
// Millions of candidates are tried, so some explain a few pairs by chance. One
// that has nothing to do with the pairs explains each with a chance of 1 in N.
// That gives the chance that it explains as many as it does (the tail of a
// binomial distribution); times the number of all candidates tried (Bonferroni's
// bound) that is the chance that any of them would. Only what has less than
// [MaxChance] is named.
//
// Some hashes are so weak that this is too little: of short keys one has only zeros
// where a reduction looks, of counters another only the tens. So a candidate that would be named
// has to place other keys, too, which are made of the pieces of the given ones: how
// often it gives these the partitions of the pairs is taken in place of 1 in N
// where that is far more. And pairs that are not independent to it, since their keys have one
// hash or neighbours mostly one partition, do not count as many.
package identify
