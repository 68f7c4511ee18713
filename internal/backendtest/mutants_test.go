//go:build !race

// The planted bugs go out of bounds on purpose, and some are about allocations:
// nothing that the race detector could judge.

package backendtest_test

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// mutant is a copy of the cpu backend with a bug planted in it.
type mutant struct {
	keymill.Backend
	place func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error
}

func (m mutant) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	return m.place(m.Backend, dst, b, p)
}

var (
	sharedScratch []uint64
	garbage       [][]byte
)

// mutants are the bugs that fast backends have had, here or elsewhere.
var mutants = map[string]func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error{
	"one length is wrong": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if err == nil {
			for i := range dst.Hashes {
				if len(b.Key(i)) == 129 {
					dst.Hashes[i]++
				}
			}
		}
		return err
	},
	"one width of one hash is wrong": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if b.Width == 20 && p.Hash == hash.SipHash13 && len(dst.Hashes) > 0 {
			dst.Hashes[0] ^= 1 << 63
		}
		return err
	},
	"the last lane is not stored": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if n := b.Len(); n%8 == 7 && len(dst.Hashes) == n {
			stale := dst.Hashes[n-1]
			defer func() { dst.Hashes[n-1] = stale }()
		}
		return good.Place(dst, b, p)
	},
	"nulls are hashed": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		all := *b
		if b.Validate() == nil {
			all.Valid, all.ValidOffset = nil, 0
		}
		return good.Place(dst, &all, p)
	},
	"the bitmap's offset is forgotten": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		shifted := *b
		if b.Validate() == nil {
			shifted.ValidOffset = 0
		}
		return good.Place(dst, &shifted, p)
	},
	"an explicit seed 0 is taken for none": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if p.Seed == hash.Seed64(0) && p.Hash.SeedKind() != hash.NoSeed {
			p.Seed = hash.Seed{}
		}
		return good.Place(dst, b, p)
	},
	"half the key of siphash": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if p.Hash == hash.SipHash24 && p.Seed.IsSet() {
			p.Seed = hash.SeedKey([16]byte{1, 0xFF, 3, 0x80, 5, 6, 7, 8})
		}
		return good.Place(dst, b, p)
	},
	"one element is written behind the output": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if n := len(dst.Parts); err == nil && n > 0 {
			poke(&dst.Parts[0], n)
		}
		return err
	},
	"one byte is read behind the data": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if n := len(b.Data); err == nil && n > 0 {
			garbage = [][]byte{{peek(&b.Data[0], n)}}
		}
		return err
	},
	"one byte is read before the data": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if n := len(b.Data); err == nil && n > 0 {
			garbage = [][]byte{{peek(&b.Data[0], -1)}}
		}
		return err
	},
	"the input is scribbled on": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if err == nil && len(b.Data) > 0 {
			old := b.Data[0]
			scribble(b.Data, old+1)
			scribble(b.Data, old) // put back as it was
		}
		return err
	},
	"counts pile up": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		before := slices.Clone(dst.Counts)
		err := good.Place(dst, b, p)
		if err == nil {
			for i := range before {
				dst.Counts[i] += before[i]
			}
		}
		return err
	},
	"unplaced keys are counted": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		for _, part := range dst.Parts {
			if err == nil && part == keymill.NoPartition && len(dst.Counts) > 0 {
				dst.Counts[0]++
			}
		}
		return err
	},
	"partitions need hashes": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if dst.Hashes == nil && dst.Parts != nil {
			parts := dst.Parts
			dst.Parts = nil
			defer func() { dst.Parts = parts }()
		}
		return good.Place(dst, b, p)
	},
	"goroutines share scratch memory": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if err := good.Place(dst, b, p); err != nil || dst.Hashes == nil {
			return err
		}
		// A copy of its own, since unsynchronised access would be reported as a
		// race of this test; what is lost between the two lines is the same.
		sharedLock <- struct{}{}
		sharedScratch = slices.Clone(dst.Hashes)
		<-sharedLock
		if n := b.Len(); n > 100 && n%100 == 0 { // as in the check of concurrent use
			time.Sleep(50 * time.Microsecond)
		}
		sharedLock <- struct{}{}
		copy(dst.Hashes, sharedScratch)
		<-sharedLock
		return nil
	},
	"every call allocates": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if b.Len() > 1999 {
			sharedLock <- struct{}{}
			garbage = append(garbage[:0], make([]byte, 64))
			<-sharedLock
		}
		return err
	},
	"offsets are trusted": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if b.Width == 0 {
			for i := range b.Len() {
				_ = b.Key(i)
			}
		}
		return good.Place(dst, b, p)
	},
	"bad input is blamed on the backend": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if err := good.Place(dst, b, p); err != nil {
			return errors.New(err.Error())
		}
		return nil
	},
	"slices start at offset 0": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if b.Validate() == nil && b.Width == 0 && b.Len() > 0 {
			moved := *b
			moved.Offsets = slices.Clone(b.Offsets)
			for i := range moved.Offsets {
				moved.Offsets[i] -= b.Offsets[0]
			}
			b = &moved
		}
		return good.Place(dst, b, p)
	},
	"the hash tag is not looked for": withScheme(func(s *place.Scheme) { s.Span = place.SpanWholeKey }),
	"absolute value by mask": withScheme(func(s *place.Scheme) {
		if s.Reduce == place.ReduceAbsMod {
			s.Reduce, s.Fold = place.ReduceMod, place.FoldLow31
		}
	}),
	"the fold is forgotten":        withScheme(func(s *place.Scheme) { s.Fold = place.FoldNone }),
	"8-byte keys are hashed":       withScheme(func(s *place.Scheme) { s.Word8 = false }),
	"empty keys are always placed": withScheme(func(s *place.Scheme) { s.EmptyUnplaced = false }),
	"a tail byte is not signed": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if p.Hash == hash.Murmur3Hive {
			p.Hash, p.Seed = hash.Murmur3x32, hash.Seed64(hash.HiveSeed)
		}
		return good.Place(dst, b, p)
	},
	"a remainder is off at one number": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := good.Place(dst, b, p)
		if err == nil && p.Scheme.Parts == 641 && len(dst.Parts) > 0 {
			dst.Parts[0] = (dst.Parts[0] + 1) % 641
		}
		return err
	},
	"it fails on an empty batch": func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if b.Len() == 0 {
			return fmt.Errorf("global size is 0")
		}
		return good.Place(dst, b, p)
	},
}

var sharedLock = make(chan struct{}, 1)

func withScheme(change func(*place.Scheme)) func(keymill.Backend, *keymill.Placement, *keymill.Batch, keymill.Params) error {
	return func(good keymill.Backend, dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if p.Scheme.Check() == nil {
			change(&p.Scheme)
		}
		return good.Place(dst, b, p)
	}
}

// peek and poke go out of bounds, as assembly can.
func peek(first *byte, i int) byte { return *(*byte)(unsafe.Add(unsafe.Pointer(first), i)) }

func poke(first *uint32, i int) { *(*uint32)(unsafe.Add(unsafe.Pointer(first), 4*i)) = 0 }

//go:noinline
func scribble(b []byte, c byte) { b[0] = c }

// TestSuiteFindsPlantedBugs: without its checks the suite would pass anything.
func TestSuiteFindsPlantedBugs(t *testing.T) {
	for name, place := range mutants {
		t.Run(name, func(t *testing.T) {
			found := ""
			for _, check := range backendtest.Checks() {
				if err := survive(check.Run, mutant{cpu.New(), place}); err != nil {
					found = check.Name + ": " + err.Error()
					break
				}
			}
			require.NotEmpty(t, found, "no check noticed")
			t.Log(found)
		})
	}
}

// survive runs a check; what reads outside of its memory may fault anywhere.
func survive(check func(keymill.Backend) error, m mutant) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return check(m)
}

// The backend that the mutants are copies of passes.
func TestSuitePasses(t *testing.T) { backendtest.Run(t, cpu.New()) }
