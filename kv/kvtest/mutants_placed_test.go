package kvtest_test

import (
	"bytes"
	"context"
	"slices"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

var placedMutants = []planted{
	{"placed rows of the last shard are lost", "placed batches", func() *mutant {
		return &mutant{placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			if to == good.Params().Scheme.Parts && from < to {
				to--
			}
			return good.SetPlaced(ctx, keys, values, g, from, to, plain)
		}}
	}},
	{"SetPlaced takes groups that leave out the first row", "placed batches", groupsAs(func(g *keymill.Groups) { g.Starts[0] = 0 })},
	{"SetPlaced takes groups that leave out the last row", "placed batches", groupsAs(func(g *keymill.Groups) {
		if last := len(g.Starts) - 1; int(g.Starts[last]) == len(g.Order)-1 {
			g.Starts[last]++
		}
	})},
	{"SetPlaced takes groups of one row more", "placed batches", groupsAs(func(g *keymill.Groups) {
		g.Order = g.Order[:min(len(g.Order), int(g.Starts[len(g.Starts)-1]))]
	})},
	{"SetPlaced takes groups of one shard more", "placed batches", groupsAs(func(g *keymill.Groups) {
		if last := len(g.Starts) - 1; g.Starts[last] == g.Starts[last-1] {
			g.Starts = g.Starts[:last]
		}
	})},
	{"placed values are kept, not copied", "placed batches are copied", func() *mutant {
		kept := map[string][]byte{}
		return &mutant{
			placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
				for i := range keys.Len() {
					kept[string(keys.Key(i))] = values.Key(i)
				}
				return good.SetPlaced(ctx, keys, values, g, from, to, plain)
			},
			view: func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
				return good.View(ctx, key, func([]byte) error { return f(kept[string(key)]) })
			},
		}
	}},
	{"placed keys are kept, not copied", "placed batches are copied", func() *mutant {
		var kept [][2][]byte
		return &mutant{
			placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
				for i := range keys.Len() {
					kept = append(kept, [2][]byte{keys.Key(i), bytes.Clone(values.Key(i))})
				}
				return good.SetPlaced(ctx, keys, values, g, from, to, plain)
			},
			scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
				for _, row := range kept {
					if err := f(row[0], row[1]); err != nil {
						return err
					}
				}
				return nil
			},
		}
	}},
	{"the groups of a placed batch are kept, not copied", "placed batches are copied", func() *mutant {
		var kept *keymill.Groups
		return &mutant{
			placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
				kept = g
				return good.SetPlaced(ctx, keys, values, g, from, to, plain)
			},
			length: func(good kv.Store) int {
				if kept == nil {
					return good.Len()
				}
				return int(kept.Starts[len(kept.Starts)-1])
			},
		}
	}},
	{"SetPlaced reads a slice of keys from the first byte", "placed slices and widths", placedMisreads(fromZero, asIs)},
	{"SetPlaced reads a slice of values from the first byte", "placed slices and widths", placedMisreads(asIs, fromZero)},
	{"SetPlaced reads fixed-width keys one row late", "placed slices and widths", placedMisreads(oneLate, asIs)},
	{"SetPlaced reads fixed-width values one row late", "placed slices and widths", placedMisreads(asIs, oneLate)},
	{"SetPlaced takes null keys for empty ones", "placed batches that are refused", placedMisreads(noNulls, asIs)},
	{"SetPlaced takes null values for empty ones", "placed batches that are refused", placedMisreads(asIs, noNulls)},
	{"SetPlaced sees null keys in the first word only", "placed batches that are refused", placedMisreads(firstWord, asIs)},
	{"SetPlaced sees null values in the first word only", "placed batches that are refused", placedMisreads(asIs, firstWord)},
	{"SetPlaced takes missing values for empty ones", "placed batches that are refused", placedMisreads(asIs, func(values *keymill.Batch) *keymill.Batch {
		padded := each(values, bytes.Clone)
		for padded.Len() < 100 {
			if err := padded.Append(nil); err != nil {
				panic(err)
			}
		}
		return padded
	})},
	{"SetPlaced ignores values without a key", "placed batches that are refused", placedMisreads(asIs, func(values *keymill.Batch) *keymill.Batch {
		first := *values
		if values.Len() > 100 {
			first = values.Slice(0, 100)
		}
		return &first
	})},
	{"SetPlaced applies a part of what it refuses", "placed batches that are refused", func() *mutant {
		return &mutant{placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			result, err := good.SetPlaced(ctx, keys, values, g, from, to, plain)
			if err != nil && keys.Validate() == nil && values.Validate() == nil && values.Len() > 0 {
				_ = good.Set(ctx, keys.Key(0), values.Key(0), plain)
			}
			return result, err
		}}
	}},
}

func noNulls(b *keymill.Batch) *keymill.Batch {
	misread := *b
	misread.Valid = nil
	return &misread
}

func placedMisreads(keysAs, valuesAs misread) func() *mutant {
	return func() *mutant {
		return &mutant{placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			return good.SetPlaced(ctx, keysAs(keys), valuesAs(values), g, from, to, plain)
		}}
	}
}

// groupsAs mends what should be refused.
func groupsAs(mend func(g *keymill.Groups)) func() *mutant {
	return func() *mutant {
		return &mutant{placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			mended := keymill.Groups{Order: slices.Clone(g.Order), Starts: slices.Clone(g.Starts)}
			if len(g.Starts) > 1 {
				mend(&mended)
			}
			return good.SetPlaced(ctx, keys, values, &mended, from, to, plain)
		}}
	}
}
