package identify_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan/identify"
)

func newBatch() *keymill.Batch { return &keymill.Batch{} }

// Few pairs, and pairs that say nothing.
func TestTooFewPairs(t *testing.T) {
	keys := users(200)
	parts := placed(place.Kafka(12), keys)
	r := find(t, keys[:1], parts[:1], identify.Options{})
	require.Equal(t, identify.TooFew, r.Verdict)
	require.Greater(t, r.Fitting, 10)
	require.NotEmpty(t, r.Best)
	require.Empty(t, r.Named)

	r = find(t, keys[:8], parts[:8], identify.Options{})
	require.Equal(t, identify.TooFew, r.Verdict)
	require.Equal(t, "kafka", r.Best[0].Scheme)
	require.Greater(t, r.Needed, 8)
	needed := r.Needed
	r = find(t, keys[:needed+2], parts[:needed+2], identify.Options{})
	require.Equal(t, identify.Found, r.Verdict, "with as many as it asked for, and two for a new largest partition")

	r = find(t, keys[:8], parts[:8], identify.Options{Partitions: 12})
	require.Less(t, r.Needed, needed, "what is known need not be found")

	// All keys of one partition could be there for any reason.
	var of3 [][]byte
	for i, key := range keys {
		if parts[i] == 3 {
			of3 = append(of3, key)
		}
	}
	same := make([]uint32, len(of3))
	for i := range same {
		same[i] = 3
	}
	r = find(t, of3, same, identify.Options{})
	require.Empty(t, r.Named)
	require.Equal(t, []int{1, 0}, []int{r.Different, r.Needed})
	require.Empty(t, find(t, keys, make([]uint32, len(keys)), identify.Options{Partitions: 1}).Named, "of one partition every function explains all")
}

// A key with two partitions, and pairs that are there twice.
func TestContradictions(t *testing.T) {
	keys := users(100)
	parts := placed(place.Kafka(12), keys)
	keys = append(keys, keys[5], keys[7], keys[7], keys[9])
	parts = append(parts, parts[5], (parts[7]+1)%12, (parts[7]+2)%12, (parts[9]+5)%12)
	r := find(t, keys, parts, identify.Options{})
	require.Equal(t, identify.Partly, r.Verdict)
	require.Equal(t, "kafka", r.Named[0].Scheme)
	require.Equal(t, []int{103, 100, 3, 2}, []int{r.Pairs, r.Named[0].Explained, r.Unexplained, r.Contradictory})
	require.Equal(t, uint64(1), r.Repeated)
	require.Len(t, r.Contradictions, 2)
	for _, c := range r.Contradictions {
		switch *c.Text {
		case string(keys[7]):
			require.ElementsMatch(t, []uint32{parts[7], (parts[7] + 1) % 12, (parts[7] + 2) % 12}, c.Partitions)
		case string(keys[9]):
			require.ElementsMatch(t, []uint32{parts[9], (parts[9] + 5) % 12}, c.Partitions)
		default:
			t.Fatal(*c.Text)
		}
	}
}

// A key that a system puts anywhere is no evidence against it.
func TestUnplacedKeys(t *testing.T) {
	keys := append(users(60), []byte{})
	parts := placed(place.Librdkafka(12), keys)
	parts[60] = (parts[60] + 1) % 12 // of the empty key
	r := find(t, keys, parts, identify.Options{})
	require.Equal(t, identify.Found, r.Verdict)
	require.Equal(t, "librdkafka-random", r.Named[0].Scheme)
	require.Equal(t, []int{60, 1, 0}, []int{r.Named[0].Explained, r.Named[0].Unplaced, r.Named[0].Missed})
}

func TestImpossiblePairs(t *testing.T) {
	key := [][]byte{[]byte("a")}
	for says, c := range map[string]struct {
		keys  [][]byte
		parts []uint32
		known uint32
	}{
		`no pairs: give keys with the partitions that they have`:                                    {},
		`1 keys and 2 partitions: each key has one`:                                                 {key, []uint32{1, 2}, 0},
		`the key "a" has partition 12, and of 12 partitions the last is 11`:                         {key, []uint32{12}, 12},
		`the key "a" has partition 2147483648, and of 2147483648 partitions the last is 2147483647`: {key, []uint32{1 << 31}, 0},
		`2147483649 partitions: a scheme has at most 2147483648`:                                    {key, []uint32{1}, 1<<31 + 1},
	} {
		_, err := identify.Find(t.Context(), c.keys, c.parts, identify.Options{Partitions: c.known})
		require.EqualError(t, err, says)
	}
	// The largest that there can be.
	r := find(t, users(3), []uint32{1<<31 - 1, 5, 1 << 30}, identify.Options{})
	require.Equal(t, []uint32{1 << 31, 1 << 31}, []uint32{r.From, r.To})
	require.Empty(t, r.Named)
}

// Many keys of few hash tags are few pairs: here of 6 tenants, each of which somebody has put
// on one of two servers.
func TestFewTags(t *testing.T) {
	var keys [][]byte
	var parts []uint32
	for i := range 240 {
		tenant := i % 6
		keys = append(keys, fmt.Appendf(nil, "{tenant-%d}.cart.%d", tenant, i))
		parts = append(parts, uint32(0b01_1010>>tenant&1))
	}
	r := find(t, keys, parts, identify.Options{})
	require.Empty(t, r.Named, "%s", r.Verdict)
	require.Equal(t, identify.TooFew, r.Verdict)
	require.Greater(t, r.Fitting, 0, "of thousands of functions some do so with 6 tags")
}
