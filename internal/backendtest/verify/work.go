package main

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// next draws a call that hashes by f, of a thousand keys or so.
func (w *work) next(f hash.Func) *call {
	c := &call{params: keymill.Params{Hash: f, Seed: w.seed(f), Scheme: w.scheme(f)}, out: &w.out}
	c.want = []keymill.Output{
		keymill.OutHashes, keymill.OutParts, keymill.OutHashes | keymill.OutParts,
		keymill.OutCounts, keymill.OutHashes | keymill.OutParts | keymill.OutCounts,
	}[w.rng.IntN(5)]
	if c.params.Scheme.Parts > 1<<20 {
		c.want &^= keymill.OutCounts // which would take gigabytes
		c.want |= keymill.OutParts
	}
	n := w.rng.IntN(2000)
	at := w.rng.IntN(len(w.data) / 2)
	if w.rng.IntN(3) == 0 {
		c.batch = w.fixed(at, n)
	} else {
		c.batch = w.ragged(at, n)
	}
	if w.rng.IntN(4) == 0 {
		c.batch.ValidOffset = w.rng.IntN(64)
		for bits := c.batch.ValidOffset + c.batch.Len(); bits > 0; bits -= 64 {
			c.batch.Valid = append(c.batch.Valid, w.rng.Uint64()|w.rng.Uint64())
		}
	}
	return c
}

func (w *work) fixed(at, n int) keymill.Batch {
	width := 1 + w.rng.IntN(24)
	switch w.rng.IntN(8) {
	case 0:
		width = 1 + w.rng.IntN(300)
	case 1:
		width, n = 1+w.rng.IntN(3000), n%64
	}
	return keymill.Batch{Data: w.data[at:][: n*width : n*width], Width: width}
}

// ragged draws keys of lengths from one of several ranges, which may change from key to key.
func (w *work) ragged(at, n int) keymill.Batch {
	b := keymill.Batch{Offsets: make([]uint32, 1, n+1)}
	ranges := [][2]int{{0, 8}, {0, 16}, {1, 32}, {8, 13}, {16, 16}, {0, 64}, {20, 90}, {36, 36}, {0, 300}, {200, 1100}}
	first, second := ranges[w.rng.IntN(len(ranges))], ranges[w.rng.IntN(len(ranges))]
	start := uint32(w.rng.IntN(100)) // the first key need not begin where the data does
	b.Offsets[0] = start
	for range n {
		of := first
		if w.rng.IntN(16) == 0 {
			of = second
		}
		start += uint32(of[0] + w.rng.IntN(of[1]-of[0]+1))
		b.Offsets = append(b.Offsets, start)
	}
	end := int(start)
	if w.rng.IntN(2) == 0 {
		end += w.rng.IntN(100) // nor need the last end there
	}
	b.Data = w.data[at:][:end:end]
	return b
}

func (w *work) seed(f hash.Func) hash.Seed {
	if w.rng.IntN(2) == 0 {
		return hash.Seed{}
	}
	switch f.SeedKind() {
	case hash.SeedBits32:
		return hash.Seed64(uint64(w.rng.Uint32()))
	case hash.SeedBits64:
		return hash.Seed64(w.rng.Uint64())
	case hash.SeedKey128:
		var key [16]byte
		for i := range key {
			key[i] = byte(w.rng.Uint32())
		}
		return hash.SeedKey(key)
	}
	return hash.Seed{}
}

// scheme draws every field that goes with the hash, the numbers of partitions from all sizes alike.
func (w *work) scheme(f hash.Func) place.Scheme {
	for {
		s := place.Scheme{
			Hash:          f,
			Reduce:        place.Reduce(1 + w.rng.IntN(place.NumReduces-1)),
			Null:          place.Null(w.rng.IntN(int(place.NullSeed) + 1)),
			EmptyUnplaced: w.rng.IntN(4) == 0,
			Parts:         uint32(min(1+w.rng.Uint64()>>(33+w.rng.IntN(31)), place.MaxParts)),
		}
		if w.rng.IntN(2) == 0 {
			s.Fold = place.Fold(w.rng.IntN(int(place.FoldNoMin) + 1))
		}
		if w.rng.IntN(4) == 0 {
			s.Span = place.SpanHashTag
		}
		if w.rng.IntN(4) == 0 {
			s.Add = w.rng.Uint64()
		}
		if w.rng.IntN(4) == 0 {
			s.Drop = uint8(w.rng.IntN(20))
		}
		switch {
		case s.Reduce == place.ReduceMask:
			s.Parts = 1 << w.rng.IntN(32)
		case s.Reduce == place.ReduceRendezvous:
			s.Parts = 1 + s.Parts%32
		case s.Reduce.LooksUp():
			s.Parts = 1 + s.Parts%4096
		case w.rng.IntN(4) == 0:
			s.Route = s.Parts * uint32(1+w.rng.IntN(9))
		}
		s.Table = backendtest.TableOf(s.Reduce, s.Parts)
		if s.Check() == nil {
			return s
		}
	}
}
