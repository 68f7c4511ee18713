package keymill

import (
	"fmt"
	"math"
)

// Check says whether a dispatcher can rely on the cost: its numbers are finite, its pieces
// rise, and no batch has a cost below 0, nor one that falls as it grows on one line. What
// [Fit] returns passes.
func (c Cost) Check() error {
	if c.Fixed < 0 {
		return fmt.Errorf("the cost of a batch is %g: it cannot be below 0", c.Fixed)
	}
	if err := (line{c.Fixed, c.PerKey, c.PerByte}).check(); err != nil {
		return err
	}
	from := 0
	for i, p := range c.Beyond {
		if p.From <= from {
			return fmt.Errorf("piece %d begins at a footprint of %d, and the one before at %d: they must rise", i, p.From, from)
		}
		from = p.From
		l := line{p.Fixed, p.PerKey, p.PerByte}
		if err := l.check(); err != nil {
			return fmt.Errorf("piece %d: %w", i, err)
		}
		// Between these two are all batches of that footprint.
		if least := min(l.at(float64(from)/16, 0), l.at(0, float64(from))); least < 0 {
			return fmt.Errorf("piece %d: a batch where it begins costs %g: it cannot be below 0", i, least)
		}
	}
	return nil
}

func (l line) check() error {
	sum := l.fixed + l.perKey + l.perByte
	switch {
	case math.IsNaN(sum) || math.IsInf(sum, 0):
		return fmt.Errorf("the cost %g + %g a key + %g a byte is not finite", l.fixed, l.perKey, l.perByte)
	case l.perKey < 0 || l.perByte < 0:
		return fmt.Errorf("the cost %g a key and %g a byte falls as a batch grows", l.perKey, l.perByte)
	}
	return nil
}
