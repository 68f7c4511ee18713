package cpu

import "github.com/keymill/keymill/hash"

// tokens makes Cassandra's tokens of the hashes of keys that are not empty.
func tokens(dst []uint64) {
	for i, h := range dst {
		dst[i] = hash.NormalToken(h)
	}
}

// tokensOfEmpty writes the token of each key that is empty.
func tokensOfEmpty(dst []uint64, keys Spans) {
	for i, start := range keys.Start {
		if keys.End[i] == start {
			dst[i] = hash.MinToken
		}
	}
}
