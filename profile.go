package keymill

import (
	"fmt"
	"math"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// WidthClass sorts batches by the width of their keys, since loops for a known
// width are several times faster than those for any.
type WidthClass uint8

// The width classes: variable width, the widths that have loops of their own,
// and every other fixed width.
const (
	Ragged WidthClass = iota
	Width4
	Width8
	Width16
	Width24
	Width32
	WidthOther
	numClasses
)

var classNames = [numClasses]string{"ragged", "4", "8", "16", "24", "32", "fixed"}

// String returns the name of the class, such as "ragged" or "16".
func (c WidthClass) String() string {
	if c >= numClasses {
		return fmt.Sprintf("keymill.WidthClass(%d)", uint8(c))
	}
	return classNames[c]
}

// ClassOf returns the width class of a batch.
func ClassOf(b *Batch) WidthClass {
	switch b.Width {
	case 0:
		return Ragged
	case 4:
		return Width4
	case 8:
		return Width8
	case 16:
		return Width16
	case 24:
		return Width24
	case 32:
		return Width32
	}
	return WidthOther
}

// Op is a kind of work, as far as its cost goes: everything but the size of
// the batch.
type Op struct {
	Hash   hash.Func
	Class  WidthClass
	Reduce place.Reduce // ReduceNone if only hashes are wanted
}

// OpOf returns the kind of work that a call amounts to.
func OpOf(dst *Placement, b *Batch, p *Params) Op {
	op := Op{Hash: p.Hash, Class: ClassOf(b)}
	if op.Hash == hash.Default {
		op.Hash = p.Scheme.Hash
	}
	if op.Hash == hash.Default {
		op.Hash = hash.XXH3
	}
	if dst.Parts != nil || dst.Counts != nil {
		op.Reduce = p.Scheme.Reduce
	}
	return op
}

// String returns the op on one word, such as "xxh3/16/fastrange".
func (op Op) String() string {
	return op.Hash.String() + "/" + op.Class.String() + "/" + op.Reduce.String()
}

const numOps = hash.NumFuncs * int(numClasses) * place.NumReduces

// index numbers the ops densely; ok is false for one that does not exist.
func (op Op) index() (i int, ok bool) {
	if int(op.Hash) >= hash.NumFuncs || op.Class >= numClasses || int(op.Reduce) >= place.NumReduces {
		return 0, false
	}
	return (int(op.Hash)*int(numClasses)+int(op.Class))*place.NumReduces + int(op.Reduce), true
}

// opOfIndex is the op of a number.
func opOfIndex(i int) Op {
	classes := i / place.NumReduces
	return Op{hash.Func(classes / int(numClasses)), WidthClass(classes % int(numClasses)), place.Reduce(i % place.NumReduces)}
}

// Cost is what a batch is expected to take: a line and, for larger batches, other
// lines, where caches and buses bend it.
type Cost struct {
	Fixed   float64 // nanoseconds per batch
	PerKey  float64
	PerByte float64 // per byte of keys

	// Beyond are the lines of larger batches, by rising From; nil if one is enough.
	Beyond []Piece
}

// Piece is the line of batches from some [Footprint] on, up to that of the next piece.
type Piece struct {
	From                   int // bytes of footprint
	Fixed, PerKey, PerByte float64
}

// Footprint returns about how many bytes of memory a batch touches, which is what
// decides between caches: its keys and, for each, 16 bytes of offsets and results. Where an
// int has 32 bits, that may be more than it holds: then it is the largest.
func Footprint(keys, bytes int) int { return int(min(16*int64(keys)+int64(bytes), math.MaxInt)) }

// Nanos returns the expected nanoseconds for a batch of that size.
func (c Cost) Nanos(keys, bytes int) float64 {
	if p := c.pieceAt(Footprint(keys, bytes)); p != nil {
		return p.Fixed + p.PerKey*float64(keys) + p.PerByte*float64(bytes)
	}
	return c.Fixed + c.PerKey*float64(keys) + c.PerByte*float64(bytes)
}

// pieceAt returns the last piece that begins up to a footprint; nil if none does.
func (c *Cost) pieceAt(size int) (last *Piece) {
	for i := range c.Beyond {
		if p := &c.Beyond[i]; size >= p.From {
			last = p
		}
	}
	return last
}

// Profile says what each kind of work costs on one backend. A backend is never
// chosen for an Op that its profile lacks.
type Profile map[Op]Cost

// Parallel returns the profile of [Parallel] over n slices, where nobody has measured
// that: each slice takes what it would alone, a tenth more, and each goroutine 10 µs to
// wake a core and to be waited for. (Where cores are awake that is a third of it, where they sleep
// deeply ten times as much; too late a core loses less than one that is woken for nothing.)
func (p Profile) Parallel(n int) Profile {
	if n <= 1 {
		return p
	}
	const startNanos, slower = 10_000, 1 / 0.9
	divided := make(Profile, len(p))
	for op, c := range p {
		divided[op] = c.divided(n, startNanos*float64(n), slower)
	}
	return divided
}

// divided returns the cost of a batch in n slices, each at its own size: so many
// nanoseconds to start them, and so many times as slow as one alone.
func (c Cost) divided(n int, start, slower float64) Cost {
	share := slower / float64(n)
	d := Cost{Fixed: start + c.Fixed*slower, PerKey: c.PerKey * share, PerByte: c.PerByte * share}
	for _, p := range c.Beyond {
		d.Beyond = append(d.Beyond, Piece{
			From: p.From * n, Fixed: start + p.Fixed*slower, PerKey: p.PerKey * share, PerByte: p.PerByte * share,
		})
	}
	return d
}
