package plan

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// searched runs a search over numbers, and returns it and how often it asked.
func searched(t *testing.T, numbers []int, most int, fits func(n int) bool) (s *Search, tried []int, rounds int) {
	t.Helper()
	s = NewSearch(numbers)
	for next := s.Next(most); len(next) > 0; next = s.Next(most) {
		rounds++
		require.LessOrEqual(t, len(next), most)
		require.True(t, slices.IsSorted(next))
		for _, n := range next {
			require.NotContains(t, tried, n, "once is enough")
			require.Contains(t, numbers, n)
			tried = append(tried, n)
			s.Tried(n, fits(n))
		}
	}
	require.LessOrEqual(t, rounds, searchRounds)
	return s, tried, rounds
}

// What a search says is so: that which it found fits, no smaller one that it tried does, and it
// has not tried as many as it says. What lies next below it was tried.
func TestSearchSaysWhatIsSo(t *testing.T) {
	for i := range 400 {
		random := newRandom(uint64(i))
		var numbers []int
		for n := 1 + random.IntN(100); len(numbers) < 1+random.IntN(3000); n++ {
			if i%5 > 0 || random.IntN(3) == 0 {
				numbers = append(numbers, n)
			}
		}
		edge, off := 1+random.IntN(4000), random.IntN(1+i%50)
		fits := map[int]bool{}
		for _, n := range numbers {
			fits[n] = n+random.IntN(off+1)-off/2 >= edge
		}
		most := 2 + random.IntN(60)
		s, tried, _ := searched(t, numbers, most, func(n int) bool { return fits[n] })
		slices.Sort(tried)
		found, ok := s.Found()
		want := slices.IndexFunc(tried, func(n int) bool { return fits[n] })
		require.Equal(t, want >= 0, ok)
		skipped := 0
		for _, n := range numbers {
			if (!ok || n < found) && !slices.Contains(tried, n) {
				skipped++
			}
		}
		require.Equal(t, skipped, s.Skipped())
		if ok {
			require.Equal(t, tried[want], found)
		}
	}
}

// One of the first numbers is found in two rounds, and it is proven to be the smallest. The next
// two are known, too.
func TestSearchNearTheBeginning(t *testing.T) {
	numbers := make([]int, 4000)
	for i := range numbers {
		numbers[i] = 100 + i
	}
	for at := 100; at < 116; at++ {
		s, tried, rounds := searched(t, numbers, 32, func(n int) bool { return n == at || n > at+5 })
		found, _ := s.Found()
		require.Equal(t, at, found)
		require.Zero(t, s.Skipped())
		require.LessOrEqual(t, rounds, 2)
		require.Subset(t, tried, []int{at, at + 1, at + 2})
	}
}

// Far away it is found, too: where larger numbers fit whenever smaller ones do, exactly.
func TestSearchFarAway(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	numbers := make([]int, 4000)
	for i := range numbers {
		numbers[i] = 1 + i
	}
	for at := 1; at <= 4000; at += 37 {
		s, tried, _ := searched(t, numbers, 32, func(n int) bool { return n >= at })
		found, ok := s.Found()
		require.True(t, ok)
		require.Equal(t, at, found)
		require.True(t, at == 1 || slices.Contains(tried, at-1), "the one below is known not to fit")
	}
	s, tried, _ := searched(t, numbers, 32, func(int) bool { return false })
	_, ok := s.Found()
	require.False(t, ok)
	require.Contains(t, tried, 4000)
	require.Equal(t, 4000-len(tried), s.Skipped())
}

func TestSearchOfFew(t *testing.T) {
	for _, numbers := range [][]int{nil, {7}, {3, 9}} {
		for _, fit := range []bool{false, true} {
			s, tried, _ := searched(t, numbers, 2, func(int) bool { return fit })
			_, ok := s.Found()
			require.Equal(t, fit && len(numbers) > 0, ok)
			require.Len(t, tried, len(numbers))
			require.Zero(t, s.Skipped())
		}
	}
}

func TestFull(t *testing.T) {
	f, err := FullOf([]uint64{10, 30, 20}, nil, 40)
	require.NoError(t, err)
	require.Equal(t, Full{Fullest: 30, Weight: 1, OfUsable: 0.75, MaxMean: 1.5}, f)
	require.True(t, f.Fits(30))
	require.False(t, f.Fits(29))
	// The second has the most, the first has the most for its weight.
	f, err = FullOf([]uint64{10, 30}, []uint64{1, 4}, 10)
	require.NoError(t, err)
	require.Equal(t, Full{Fullest: 10, Weight: 1, OfUsable: 1, MaxMean: 1.25}, f)
	f = Full{Fullest: 1 << 63, Weight: 4}
	require.True(t, f.Fits(1<<62), "their product is 2^64")
	require.False(t, f.Fits(1<<61-1))
	_, err = FullOf(nil, nil, 1)
	require.Error(t, err)

	worst := Worst([]Lost{{Rack: "a", Full: Full{Fullest: 10, Weight: 2}}, {Rack: "b", Full: Full{Fullest: 6, Weight: 1}}, {Rack: "c", Full: Full{Fullest: 12, Weight: 2}}})
	require.Equal(t, "b", worst.Rack)
}
