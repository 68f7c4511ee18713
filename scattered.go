package keymill

import (
	"fmt"
	"sync"
)

// Packer is a Backend that has a fast way to pack keys which lie all over memory.
type Packer interface {
	// PackStrings copies keys to dst end to end, and writes where each ends in dst
	// to ends. It takes keys until one does not fit, and returns how many that were.
	// PackSlices does so for slices.
	PackStrings(dst []byte, ends []uint32, keys []string) (n int)
	PackSlices(dst []byte, ends []uint32, keys [][]byte) (n int)
}

// PlaceStrings places keys that lie all over memory, as those of a []string do, on
// a backend: it packs them, so many at a time that they stay in the cache, and has b
// place those. No key is null. The errors are those of b.Place; a key that is
// longer than MaxData bytes is a [*BatchError]. A [Packer] waits for memory less.
//
// It allocates nothing for keys that are short: the memory is kept from call to call.
func PlaceStrings(b Backend, dst *Placement, keys []string, p Params) error {
	return placeScattered(b, dst, keys, p, Packer.PackStrings)
}

// PlaceSlices does what [PlaceStrings] does for keys that are slices; a nil one is
// the empty key.
func PlaceSlices(b Backend, dst *Placement, keys [][]byte, p Params) error {
	return placeScattered(b, dst, keys, p, Packer.PackSlices)
}

// A pack has so many keys and, unless one alone has more, bytes.
const (
	packKeys  = 4096
	packBytes = 128 << 10
)

// pack is memory for packed keys.
type pack struct {
	data    []byte
	offsets [packKeys + 1]uint32
	batch   Batch
	dst     Placement
	parts   [packKeys]uint32
}

var packs = sync.Pool{New: func() any { return &pack{data: make([]byte, packBytes)} }}

func placeScattered[K string | []byte](b Backend, dst *Placement, keys []K, p Params,
	packInto func(by Packer, dst []byte, ends []uint32, keys []K) int) error {
	s, err := p.resolveFor(dst)
	if err == nil {
		err = dst.checkLengths(len(keys), s)
	}
	if err != nil {
		return err
	}
	by, ok := b.(Packer)
	if !ok {
		by = plainPacker{}
	}
	w := packs.Get().(*pack)
	defer w.free()
	clear(dst.Counts)
	for done := 0; done < len(keys); {
		n := packInto(by, w.data, w.offsets[1:], keys[done:min(done+packKeys, len(keys))])
		if n == 0 { // one that does not fit
			key := keys[done]
			if uint64(len(key)) > MaxData {
				return &BatchError{done, fmt.Sprintf("it has %d bytes, a key has at most %d", len(key), uint32(MaxData))}
			}
			w.data = make([]byte, len(key))
			continue
		}
		w.batch = Batch{Data: w.data[:w.offsets[n]], Offsets: w.offsets[:n+1]}
		w.dst = Placement{}
		if dst.Hashes != nil {
			w.dst.Hashes = dst.Hashes[done : done+n]
		}
		if dst.Parts != nil {
			w.dst.Parts = dst.Parts[done : done+n]
		} else if dst.Counts != nil {
			w.dst.Parts = w.parts[:n]
		}
		if err := b.Place(&w.dst, &w.batch, p); err != nil {
			return err
		}
		if dst.Counts != nil { // here: a backend would clear all of them for each pack
			for _, part := range w.dst.Parts {
				if part != NoPartition {
					dst.Counts[part]++
				}
			}
		}
		done += n
	}
	return nil
}

// free keeps the pack for another call, but neither the memory of a long key nor the
// caller's.
func (w *pack) free() {
	if len(w.data) > packBytes {
		w.data = make([]byte, packBytes)
	}
	w.batch, w.dst = Batch{}, Placement{}
	packs.Put(w)
}

// plainPacker packs in plain Go.
type plainPacker struct{}

func (plainPacker) PackStrings(dst []byte, ends []uint32, keys []string) int {
	return packPlain(dst, ends, keys)
}

func (plainPacker) PackSlices(dst []byte, ends []uint32, keys [][]byte) int {
	return packPlain(dst, ends, keys)
}

func packPlain[K string | []byte](dst []byte, ends []uint32, keys []K) int {
	at := 0
	for i, key := range keys {
		if len(key) > len(dst)-at {
			return i
		}
		at += copy(dst[at:], key)
		ends[i] = uint32(at)
	}
	return len(keys)
}
