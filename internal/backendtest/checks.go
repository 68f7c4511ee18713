package backendtest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// outputsOf keeps the outputs of a scheme with huge Parts to what fits.
func outputsOf(s place.Scheme) keymill.Output {
	if s.Parts > 1<<20 {
		return keymill.OutHashes | keymill.OutParts
	}
	return everything
}

// longest is up to where every length is tried.
func longest() int {
	if long() {
		return 1024
	}
	return 257
}

// lengths: keys of every length from 0 on, and of 4096 bytes.
func lengths(b keymill.Backend) error {
	batch := ragged(append(upTo(longest()), 4096, 0, 4096, 1)...)
	for i, f := range hash.All() {
		for j, s := range schemes() {
			if long() || (i+j)%len(schemes()) == 0 {
				if err := compare(b, &batch, paramsOf(f, s), outputsOf(s)); err != nil {
					return err
				}
			}
		}
		if err := compare(b, &batch, keymill.Params{Hash: f}, everything); err != nil {
			return err
		}
	}
	return nil
}

// widths: keys of every fixed width from 1 on, and of 4096 bytes; as many as fill
// lanes of 16, 12 and 8, and leave some over.
func widths(b keymill.Backend) error {
	for _, width := range append(upTo(longest())[1:], 4096) {
		batch := fixed(37, width)
		for i, f := range hash.All() {
			for j, s := range schemes() {
				if long() && width <= 257 || (i+j+width)%len(schemes()) == 0 {
					if err := compare(b, &batch, paramsOf(f, s), outputsOf(s)&^keymill.OutCounts); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// keyCounts: numbers of keys around every width that a loop may step by.
func keyCounts(b keymill.Backend) error {
	counts := upTo(40)
	for edge := 64; edge <= 1024; edge *= 2 {
		counts = append(counts, edge-1, edge, edge+1)
	}
	counts = append(counts, 1000)
	lengths := mixed(1100)
	for _, f := range hash.All() {
		for _, n := range counts {
			some := ragged(lengths[:n]...)
			batches := []keymill.Batch{some, fixed(n, 8), fixed(n, 16)}
			if long() {
				batches = append(batches, fixed(n, 4), fixed(n, 24), fixed(n, 32), fixed(n, 13))
			}
			for i := range batches {
				if err := compare(b, &batches[i], keymill.Params{Hash: f, Scheme: place.Mod(7)}, everything); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// pairs: every hash with every scheme, on mixed lengths and fixed widths.
func pairs(b keymill.Backend) error {
	batches := []keymill.Batch{
		ragged(mixed(100)...), tagged(), fixed(50, 4), fixed(50, 8), fixed(50, 16), fixed(50, 24), fixed(50, 32), fixed(50, 20),
		{Data: []byte("{abc}def12345678{abcdef}"), Width: 8}, {Data: []byte("0123456789abcdef{01234567}abcdef"), Width: 16},
		ragged(append([]int{3, 0, 2}, constant(200, 13)...)...), ragged(constant(600, 20)...),
		{Data: SmallestToken(), Width: 16},
	}
	for h, f := range append(hash.All(), hash.Default) {
		for j, s := range schemes() {
			if !long() && f != hash.Default && (h+j)%3 != 0 {
				continue
			}
			for i := range batches {
				if err := compare(b, &batches[i], paramsOf(f, s), outputsOf(s)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// constant returns n times the same length.
func constant(n, length int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		lengths[i] = length
	}
	return lengths
}

// tagged returns keys with braces in every place that a tag scan may miss.
func tagged() keymill.Batch {
	var b keymill.Batch
	for _, n := range []int{0, 1, 2, 3, 6, 7, 8, 9, 15, 16, 17, 33} {
		for _, form := range []string{"{%s}", "%s{tag}", "{tag}%s", "%[1]s{%[1]s}%[1]s", "{}%s", "%s{", "}%s{", "a{b%s}{c}", "{{%s}}", "%s{x}"} {
			key := fmt.Sprintf(form, string(painted(n)))
			if err := b.Append([]byte(key)); err != nil {
				panic(err) // the keys are ours, and few
			}
		}
	}
	return b
}

// partitions: each reduction at the numbers of partitions where it may go wrong.
func partitions(b keymill.Backend) error {
	batch := ragged(mixed(300)...)
	numbers := []uint32{1, 2, 3, 5, 7, 8, 10, 12, 63, 64, 65, 100, 641, 1000, 1024, 16384, 65536, 65537,
		1_000_000, 1<<31 - 1, 1 << 31}
	for _, n := range numbers {
		for r := place.ReduceMod; int(r) < place.NumReduces; r++ {
			if r.LooksUp() && n > 1000 || r == place.ReduceRendezvous && n > 100 {
				continue // a table of millions, or millions of scores a key
			}
			table := TableOf(r, n)
			for _, fold := range []place.Fold{place.FoldNone, place.FoldLow31} {
				s := place.Scheme{Name: r.String(), Reduce: r, Fold: fold, Parts: n, Table: table}
				if s.Check() != nil { // mask takes powers of two
					continue
				}
				for _, f := range []hash.Func{hash.XXH3, hash.CRC32, hash.CRC16} {
					if err := compare(b, &batch, paramsOf(f, s), outputsOf(s)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// seeds: every function under no seed, under 0 and under one with many bits.
func seeds(b keymill.Backend) error {
	batches := []keymill.Batch{ragged(append(upTo(70), 200, 300, 1100)...)}
	for _, width := range []int{1, 4, 5, 8, 12, 16, 20, 24, 32, 40, 64} {
		batches = append(batches, fixed(11, width))
	}
	for _, f := range hash.All() {
		for _, seed := range seedsOf(f) {
			for i := range batches {
				if err := compare(b, &batches[i], keymill.Params{Hash: f, Seed: seed, Scheme: place.Mod(1000)}, everything); err != nil {
					return err
				}
			}
		}
	}
	seeded := place.Mod(9)
	seeded.Hash, seeded.Seed = hash.XXH3, hash.Seed64(77)
	return compare(b, &batches[0], keymill.Params{Scheme: seeded}, everything)
}

// nulls: absent keys at every place of a word of the bitmap, with and without
// bytes under them, for schemes that place them and that do not.
func nulls(b keymill.Backend) error {
	for _, batch := range []keymill.Batch{ragged(mixed(200)...), fixed(200, 8), fixed(200, 16), fixed(200, 11)} {
		for _, offset := range []int{0, 1, 63, 64, 77} {
			for _, pattern := range []uint64{0, ^uint64(0), 0x5555555555555555, 1 << 63, 1, 0xFFFF0000FFFF0001} {
				batch.ValidOffset = offset
				batch.Valid = make([]uint64, (offset+200+63)/64)
				for i := range batch.Valid {
					batch.Valid[i] = pattern
				}
				for _, s := range []place.Scheme{place.Kafka(12), place.Librdkafka(7), place.LibrdkafkaRandom(7), place.Redis(), place.Jump(9)} {
					if err := compare(b, &batch, keymill.Params{Scheme: s}, everything); err != nil {
						return fmt.Errorf("validity %#x from bit %d: %w", pattern, offset, err)
					}
				}
			}
		}
	}
	return nil
}

// sliced: parts of a batch, whose offsets start anywhere, and data beyond the
// last key.
func sliced(b keymill.Backend) error {
	whole := ragged(mixed(300)...)
	whole.Data = append(whole.Data, "bytes that belong to no key"...)
	wide := fixed(300, 16)
	for _, batch := range []keymill.Batch{whole, wide} {
		batch.Valid = []uint64{^uint64(2), 7, ^uint64(0), 0x0F0F, ^uint64(0)}
		for _, bounds := range [][2]int{{0, 0}, {300, 300}, {0, 1}, {299, 300}, {1, 300}, {63, 65}, {100, 228}} {
			part := batch.Slice(bounds[0], bounds[1])
			if err := compare(b, &part, keymill.Params{Scheme: place.Kafka(12)}, everything); err != nil {
				return fmt.Errorf("keys %d to %d: %w", bounds[0], bounds[1], err)
			}
		}
	}
	return compare(b, &keymill.Batch{}, keymill.Params{Scheme: place.Kafka(12)}, everything)
}

// outputs: any choice of outputs gives the same values, and none is no error.
func outputs(b keymill.Backend) error {
	for _, batch := range []keymill.Batch{ragged(mixed(700)...), fixed(700, 8), fixed(700, 16)} {
		for want := range everything + 1 {
			for _, s := range slices.Concat(schemes()[:10], []place.Scheme{{}}) {
				if err := compare(b, &batch, keymill.Params{Scheme: s}, want); err != nil {
					return fmt.Errorf("outputs %03b: %w", want, err)
				}
			}
		}
	}
	return nil
}

// concurrent: many goroutines on one backend, each with work of its own.
func concurrent(b keymill.Backend) error {
	const goroutines = 8
	some := countable()
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Add(1)
		go func() {
			defer wg.Done()
			all := hash.All()
			for i := range 30 {
				batch := ragged(mixed(100 + 100*g)...)
				p := paramsOf(all[(g+i)%len(all)], some[(g*3+i)%len(some)])
				if err := compare(b, &batch, p, everything); err != nil {
					errs[g] = err
					return
				}
			}
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// allocations: a call that reuses its memory allocates nothing.
func allocations(b keymill.Backend) error {
	if raceEnabled { // the detector allocates, and empties pools at random
		return nil
	}
	for _, batch := range []keymill.Batch{ragged(mixed(2000)...), fixed(2000, 16), fixed(2000, 13)} {
		for _, s := range countable() {
			for _, f := range append(hash.All(), hash.Default) {
				p := paramsOf(f, s)
				var dst keymill.Placement
				dst.Resize(everything, batch.Len(), s.Parts)
				var err error
				n := testing.AllocsPerRun(5, func() { err = errors.Join(err, b.Place(&dst, &batch, p)) })
				if err != nil {
					return describe(err, &batch, p)
				}
				if n > 0 {
					return describe(fmt.Errorf("%v allocations a call", n), &batch, p)
				}
			}
		}
	}
	keys := make([]string, 2000)
	for i := range keys {
		keys[i] = fmt.Sprint("user:", i)
	}
	dst := keymill.Placement{Hashes: make([]uint64, len(keys))}
	if n := testing.AllocsPerRun(5, func() {
		err := keymill.PlaceStrings(b, &dst, keys, keymill.Params{})
		if err != nil {
			panic(err) // other checks have seen that it works
		}
	}); n > 0 {
		return fmt.Errorf("%v allocations a call of scattered keys", n)
	}
	return nil
}
