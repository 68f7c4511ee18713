package plan

// Span is a number that is known exactly, where Low is High, or between bounds, both of which it
// may be.
type Span struct {
	Low  uint64 `json:"low"`
	High uint64 `json:"high"`
}

// Exactly returns the span of a number that is known.
func Exactly(x uint64) Span { return Span{x, x} }

// Exact says whether the number is known.
func (s Span) Exact() bool { return s.Low == s.High }

// Over returns the bounds of the share of s in a total; 0 of nothing.
func (s Span) Over(total uint64) Ratio { return s.over(total, 1) }

// over returns the bounds of s times n over total.
func (s Span) over(total, n uint64) Ratio {
	if total == 0 {
		return Ratio{}
	}
	return Ratio{float64(s.Low) / float64(total) * float64(n), float64(s.High) / float64(total) * float64(n)}
}

// Ratio is a quotient of which one number is a [Span]. It is rounded to a float64.
type Ratio struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}
