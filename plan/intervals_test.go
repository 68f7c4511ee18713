package plan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// ragged returns keys of few different bytes, so that many begin alike, and the edges of bytes occur.
func ragged(random *rand.Rand, n, longest int, alphabet string) (keys []string) {
	prefix := []string{"", "", "common/", "\xff\xff\xff\xff\xff\xff\xff\xff\xff"}[random.IntN(4)]
	for range n {
		key := make([]byte, random.IntN(longest+1))
		for i := range key {
			key[i] = alphabet[random.IntN(len(alphabet))]
		}
		keys = append(keys, prefix+string(key))
	}
	return keys
}

func boundariesOf(random *rand.Rand, keys []string, n int) (boundaries [][]byte) {
	for range n {
		key := []byte(keys[random.IntN(len(keys))])
		switch random.IntN(5) {
		case 0:
			key = append(key, 0)
		case 1:
			key = key[:random.IntN(len(key)+1)]
		}
		if len(key) > 0 {
			boundaries = append(boundaries, key)
		}
	}
	slices.SortFunc(boundaries, bytes.Compare)
	return slices.CompactFunc(boundaries, bytes.Equal)
}

// Each key is counted where a look at all boundaries finds it, and the separators divide the keys
// as the boundaries do and cannot be shorter.
func TestIntervals(t *testing.T) {
	for i := range 300 {
		random := newRandom(uint64(i))
		keys := ragged(random, 1+random.IntN(200), 1+random.IntN(20), []string{"ab", "\x00\x01\xfe\xff", "abcdefghijklmnopqrstuvwxyz"}[i%3])
		boundaries := boundariesOf(random, keys, random.IntN(60))
		var rows []testRow
		want := make([]Load, len(boundaries)+1)
		for _, key := range keys {
			row := testRow{key: key, value: "v", weight: random.Uint64N(9)}
			at := 0
			for at < len(boundaries) && string(boundaries[at]) <= key {
				at++
			}
			want[at] = want[at].Plus(row.load())
			rows = append(rows, row)
		}
		n, err := NewIntervals(boundaries, true)
		require.NoError(t, err)
		inPieces(t, random, rows, 1+i%4, n.Add)
		if i%2 == 0 { // in two halves
			one, _ := NewIntervals(boundaries, true)
			n, _ = NewIntervals(boundaries, true)
			addAtOnce(t, rows[:len(rows)/2], n.Add)
			addAtOnce(t, rows[len(rows)/2:], one.Add)
			require.NoError(t, n.Merge(one))
		}
		for at, load := range want {
			require.Equal(t, load, n.Loads().At(at), "interval %d of %q", at, boundaries)
		}
		slices.Sort(keys)
		for at, separator := range n.Separators() {
			requireSeparator(t, keys, string(boundaries[at]), string(separator))
		}
	}
}

// requireSeparator checks that no key lies between the two, and that no shorter text would do.
func requireSeparator(t *testing.T, keys []string, boundary, separator string) {
	t.Helper()
	above, _ := slices.BinarySearch(keys, boundary)
	same, _ := slices.BinarySearch(keys, separator)
	require.Equal(t, above, same, "%q in place of %q, among %q", separator, boundary, keys)
	require.NotEmpty(t, separator)
	if above == 0 || above == len(keys) {
		return // any text at all does, or it depends on keys that may come
	}
	// Of all texts of one length, the least that is above the key below decides.
	below := keys[above-1]
	for length := 1; length < len(separator); length++ {
		require.False(t, leastAbove(below, length) != "" && leastAbove(below, length) <= keys[above],
			"%q would do, in place of %q, between %q and %q", leastAbove(below, length), separator, below, keys[above])
	}
}

// leastAbove returns the least text of so many bytes, at most, that is above another; "" if there is none.
func leastAbove(above string, length int) string {
	if len(above) < length {
		return above + "\x00"
	}
	text := []byte(above[:length])
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] < 0xff {
			text[i]++
			return string(text[:i+1])
		}
	}
	return ""
}

func TestIntervalsOfNoBoundaries(t *testing.T) {
	n, err := NewIntervals(nil, false)
	require.NoError(t, err)
	require.NoError(t, n.Add(&Rows{Keys: rowsOf([]testRow{{key: "a"}, {key: ""}}).Keys}))
	require.Equal(t, 1, n.Loads().Len())
	require.Equal(t, Load{Keys: 2, Bytes: 1}, n.Loads().At(0))
	require.Empty(t, n.Separators())
}

func TestBoundariesAscend(t *testing.T) {
	for says, boundaries := range map[string][]string{
		`boundary 1 is "a", after "a"`: {"a", "a"},
		`boundary 2 is "b", after "c"`: {"a", "c", "b"},
		"boundary 0 is empty":          {""},
	} {
		var all [][]byte
		for _, b := range boundaries {
			all = append(all, []byte(b))
		}
		_, err := NewIntervals(all, false)
		require.ErrorContains(t, err, says)
	}
	one, err := NewIntervals([][]byte{[]byte("a")}, false)
	require.NoError(t, err)
	two, err := NewIntervals([][]byte{[]byte("b")}, false)
	require.NoError(t, err)
	require.ErrorContains(t, one.Merge(two), "those of other boundaries")
}

func TestBoundaryText(t *testing.T) {
	all := Boundary{}
	for c := range 256 {
		all = append(all, byte(c))
	}
	back, err := ParseBoundary(all.String())
	require.NoError(t, err)
	require.Equal(t, all, back)
	require.Equal(t, `a\x00 ~\x7F\xFF\x5Cx41`, Boundary("a\x00 ~\x7f\xff\\x41").String())
	b, err := ParseBoundary(`\n\x4a\x4A\`)
	require.NoError(t, err)
	require.Equal(t, `\nJJ\`, string(b))
	for _, bad := range []string{`\x`, `ab\x4`, `\xg0`, `\x0g`} {
		_, err := ParseBoundary(bad)
		require.ErrorContains(t, err, "two hex digits", bad)
	}
	text, err := Boundary("a\xff").MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, `{"text":"a\\xFF","hex":"61ff"}`, string(text))
	var read Boundary
	require.NoError(t, read.UnmarshalJSON(text))
	require.Equal(t, Boundary("a\xff"), read)
}

func FuzzFind(f *testing.F) {
	f.Add("a", "b", "c", "b")
	f.Fuzz(func(t *testing.T, a, b, c, key string) {
		boundaries := [][]byte{[]byte(a), []byte(b), []byte(c)}
		slices.SortFunc(boundaries, bytes.Compare)
		boundaries = slices.DeleteFunc(slices.CompactFunc(boundaries, bytes.Equal), func(b []byte) bool { return len(b) == 0 })
		n, err := NewIntervals(boundaries, false)
		require.NoError(t, err)
		want := 0
		for want < len(boundaries) && string(boundaries[want]) <= key {
			want++
		}
		require.Equal(t, want, n.Find([]byte(key)), fmt.Sprintf("%q in %q", key, boundaries))
	})
}
