package plan

import (
	"fmt"
	"slices"

	"github.com/keymill/keymill"
)

// Recount counts in a second pass over the rows of a [Balance] what the heaviest keys have.
// Any number of goroutines may add to it at a time.
type Recount struct {
	by    Measure
	heavy *Heavy
	wide  *Sketch
}

const (
	recountKeys  = 1000
	recountWidth = 1 << 16 // 2 MiB; the sketch bounds what is left better than that of the first pass
)

// Recount returns what counts the heaviest keys. Nobody may add to the balance any more.
func (b *Balance) Recount() *Recount {
	sketch := b.sketches[slices.Index(b.measures, b.by)]
	return &Recount{b.by, sketch.Bounds().Heavy(recountKeys), newSketch(b.by, recountWidth, sketchRows)}
}

// Add adds rows as [Balance.Add] does.
func (r *Recount) Add(rows *Rows, parts ...[]uint32) error {
	if err := r.heavy.Add(rows); err != nil {
		return err
	}
	if slices.ContainsFunc(parts, func(of []uint32) bool { return slices.Contains(of, keymill.NoPartition) }) {
		return r.wide.add(rows, placedAnywhere(parts, len(rows.Hashes)))
	}
	return r.wide.add(rows, nil)
}

// Keys returns the keys that were counted, the heaviest first: whoever has their partitions
// hands both to [BalanceReport.Settle]. Nobody may add meanwhile.
func (r *Recount) Keys() []HeavyKey { return r.heavy.Keys() }

// Unsure says whether the heaviest key of a placement is known so badly that it is worth a
// second pass: it may have more than a tenth of the mean of a partition.
func (r *BalanceReport) Unsure() bool {
	return slices.ContainsFunc(r.Placements, func(p *Balanced) bool {
		return !p.Heaviest.Exact && p.Heaviest.AtMost > r.By.Of(p.Placed)/uint64(p.Partitions)/10
	})
}

// Settle says in the report what a second pass has found: its keys, and of each placement the
// partition of each of them.
func (r *BalanceReport) Settle(recount *Recount, keys []HeavyKey, parts ...[]uint32) error {
	if len(parts) != len(r.Placements) {
		return fmt.Errorf("partitions of %d placements, for a report of %d", len(parts), len(r.Placements))
	}
	// A key that was not counted has no more than this.
	others := min(recount.heavy.Threshold()-1, recount.wide.Bounds().Heaviest)
	for i, p := range r.Placements {
		if len(parts[i]) != len(keys) {
			return fmt.Errorf("%d partitions for %d keys: each has one", len(parts[i]), len(keys))
		}
		heaviest := slices.IndexFunc(parts[i], func(part uint32) bool { return part != keymill.NoPartition })
		if heaviest >= 0 && recount.by.Of(keys[heaviest].Load) >= others {
			p.Heaviest = Heaviest{NameOf(keys[heaviest].Key), recount.by.Of(keys[heaviest].Load), true}
		} else {
			p.Heaviest.AtMost = min(p.Heaviest.AtMost, others)
		}
		p.setFloor(r.By)
	}
	return nil
}
