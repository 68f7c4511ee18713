package identify

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
)

// maxOthers is how many other keys candidates are compared on, and maxOtherBytes how many
// bytes these have; minOthers is how many it takes to say what is usual of a candidate.
const (
	maxOthers     = 2048
	maxOtherBytes = 1 << 20
	minOthers     = 64
)

// otherKeys returns keys that look like the given ones and are none of them: the
// beginning of one with the end of another, and at places where keys differ another
// digit, or what others have there. The same keys give the same ones.
func otherKeys(keys [][]byte) (all [][]byte) {
	seen := map[string]bool{}
	for _, key := range keys {
		seen[string(key)] = true
	}
	if len(seen) < 2 {
		return nil
	}
	there := endings(keys)
	rng := rand.New(rand.NewPCG(1, 2))
	size := 0
	for tries := 0; tries < 8*maxOthers && len(all) < maxOthers && size < maxOtherBytes; tries++ {
		a, b := keys[rng.IntN(len(keys))], keys[rng.IntN(len(keys))]
		cut := rng.IntN(len(a) + 1)
		end := min(len(a)-cut, len(b))
		key := append(bytes.Clone(a[:cut]), b[len(b)-end:]...)
		if len(there) > 0 && rng.IntN(2) == 0 {
			at := there[rng.IntN(len(there))]
			if i := len(key) - at.back; i >= 0 {
				key[i] = at.bytes[rng.IntN(len(at.bytes))]
			}
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			all = append(all, key)
			size += len(key)
		}
	}
	return all
}

// ending is what keys have so many bytes before their end.
type ending struct {
	back  int
	bytes []byte
}

// endings returns the places at which keys differ, counted from the end, the last 64
// bytes at most. Where they have digits they may have any.
func endings(keys [][]byte) (all []ending) {
	for back := 1; back <= 64; back++ {
		var have []byte
		for _, key := range keys {
			if len(key) >= back && !slices.Contains(have, key[len(key)-back]) {
				have = append(have, key[len(key)-back])
			}
		}
		if len(have) < 2 {
			continue
		}
		if slices.ContainsFunc(have, func(c byte) bool { return c >= '0' && c <= '9' }) {
			have = append(have, "0123456789"...)
		}
		all = append(all, ending{back, have})
	}
	return all
}

// unusual are keys on which functions differ that agree on most others: bytes above 127,
// hash tags, 8 bytes, nothing at all.
func unusual() (all [][]byte) {
	for _, key := range []string{
		"é", "ключ", "日本語", "🙂", "{user}.a", "a{b}c", "12345678", "\x80\xff\xfe", "\xff", "", "a", strings.Repeat("x", 300),
		"-1", "0", "2147483648", "-2147483649", "9223372036854775807",
	} {
		all = append(all, []byte(key))
	}
	for b := range 256 {
		all = append(all, []byte{byte(b), byte(b * 7), byte(255 - b)})
	}
	return all
}
