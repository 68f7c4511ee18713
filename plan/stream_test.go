package plan

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// testRow is a row of a stream that a test makes up.
type testRow struct {
	key, value string
	weight     uint64
	serial     uint64
}

func (r testRow) load() Load { return Load{1, uint64(len(r.key) + len(r.value)), r.weight} }

// skewed returns rows whose keys are as unequal as those of a Zipf distribution, in a random
// order, with values and weights.
func skewed(random *rand.Rand, rows, keys int) []testRow {
	zipf := rand.NewZipf(random, 1.2, 1, uint64(keys-1))
	all := make([]testRow, rows)
	for i := range all {
		all[i] = testRow{
			key: fmt.Sprintf("key-%d", zipf.Uint64()), value: string(make([]byte, random.IntN(20))),
			weight: random.Uint64N(1000), serial: uint64(i),
		}
	}
	random.Shuffle(rows, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// rowsOf returns the rows as a plan takes them.
func rowsOf(all []testRow) *Rows {
	r := &Rows{Keys: new(keymill.Batch), Values: new(keymill.Batch)}
	identity := Identity()
	for _, row := range all {
		if err := r.Keys.Append([]byte(row.key)); err != nil {
			panic(err)
		}
		if err := r.Values.Append([]byte(row.value)); err != nil {
			panic(err)
		}
		r.Weights = append(r.Weights, row.weight)
		r.Hashes = append(r.Hashes, identity.Hash.Sum64([]byte(row.key), identity.Seed))
		r.Serials = append(r.Serials, row.serial)
	}
	return r
}

// inPieces adds the rows in pieces of random lengths, by so many goroutines.
func inPieces(t testing.TB, random *rand.Rand, all []testRow, workers int, add func(*Rows) error) {
	t.Helper()
	pieces := make(chan *Rows)
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for rows := range pieces {
				if err := add(rows); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	for len(all) > 0 {
		n := min(1+random.IntN(len(all)), len(all))
		pieces <- rowsOf(all[:n])
		all = all[n:]
	}
	close(pieces)
	wg.Wait()
}

// addAtOnce adds all rows at once.
func addAtOnce(t testing.TB, all []testRow, add func(*Rows) error) {
	t.Helper()
	require.NoError(t, add(rowsOf(all)))
}

// loadsOf sums up what each key has, with a map.
func loadsOf(all []testRow) map[string]Load {
	sums := map[string]Load{}
	for _, row := range all {
		sums[row.key] = sums[row.key].Plus(row.load())
	}
	return sums
}

func shuffled(random *rand.Rand, all []testRow) []testRow {
	other := append([]testRow(nil), all...)
	random.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
	return other
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
