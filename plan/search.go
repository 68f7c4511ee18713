package plan

import "slices"

// Search looks for the smallest of some ascending numbers that fits, a few at a time, since each costs
// much. That a number fits says nothing for sure of larger ones; so all that it skips is known to
// it, and it skips only where it has to.
type Search struct {
	numbers []int
	tried   []bool // of each number
	fit     []bool
	rounds  int
}

// searchRounds is how often numbers are tried: each time, some thirty.
const searchRounds = 6

// NewSearch returns a search among numbers, which ascend.
func NewSearch(numbers []int) *Search {
	return &Search{numbers: numbers, tried: make([]bool, len(numbers)), fit: make([]bool, len(numbers))}
}

// Next returns the numbers to be tried next, so many at most, in ascending order; none if the search is over.
func (s *Search) Next(most int) (numbers []int) {
	if s.rounds == searchRounds || len(s.numbers) == 0 {
		return nil
	}
	s.rounds++
	if s.rounds == 1 {
		// Mostly it is one of the first; if not, it is known how far to go.
		return s.pick(append(s.from(0, (most+1)/2), s.growing((most+1)/2-1, most/2, 1.06)...))
	}
	first := slices.Index(s.fit, true)
	if first < 0 {
		return s.pick(s.growing(s.last(len(s.numbers)), most, 1.3))
	}
	below := s.last(first)
	switch gap := first - below - 1; {
	case gap > most:
		var some []int
		for i := 1; i <= most; i++ {
			some = append(some, below+i*(gap+1)/(most+1))
		}
		return s.pick(some)
	case gap > 0:
		return s.pick(s.from(below+1, gap))
	}
	// Those that were skipped, nearest first; then the two above.
	var some []int
	for i := first - 1; i >= 0 && len(some) < most; i-- {
		if !s.tried[i] {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		some = s.from(first+1, 2)
	}
	return s.pick(some)
}

// from returns so many places from i on.
func (s *Search) from(i, n int) (places []int) {
	for ; n > 0; n-- {
		places = append(places, i)
		i++
	}
	return places
}

// growing returns so many places behind i, each of whose numbers is so many times that before it.
func (s *Search) growing(i, n int, times float64) (places []int) {
	for ; n > 0 && i < len(s.numbers)-1; n-- {
		want := times
		if i >= 0 {
			want *= float64(s.numbers[i])
		}
		at, _ := slices.BinarySearch(s.numbers, int(want))
		i = min(max(at, i+1), len(s.numbers)-1)
		places = append(places, i)
	}
	return places
}

// last returns the last place before i that was tried, or -1.
func (s *Search) last(i int) int {
	for i--; i >= 0 && !s.tried[i]; i-- {
	}
	return i
}

// pick returns the numbers at places, those that are there and were not tried.
func (s *Search) pick(places []int) (numbers []int) {
	slices.Sort(places)
	for _, i := range slices.Compact(places) {
		if i < len(s.numbers) && !s.tried[i] {
			numbers = append(numbers, s.numbers[i])
		}
	}
	return numbers
}

// Tried says whether a number fits.
func (s *Search) Tried(number int, fits bool) {
	if i, there := slices.BinarySearch(s.numbers, number); there {
		s.tried[i], s.fit[i] = true, fits
	}
}

// Found returns the smallest number that fits of those that were tried; false if none did.
func (s *Search) Found() (number int, found bool) {
	i := slices.Index(s.fit, true)
	if i < 0 {
		return 0, false
	}
	return s.numbers[i], true
}

// Skipped returns how many numbers below that which was found, or of all if none was, were not tried.
func (s *Search) Skipped() (n int) {
	end := slices.Index(s.fit, true)
	if end < 0 {
		end = len(s.numbers)
	}
	for _, tried := range s.tried[:end] {
		if !tried {
			n++
		}
	}
	return n
}
