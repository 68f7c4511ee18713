//go:build !purego

package simd

import (
	"sync"
	"unsafe"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// The classes of lengths of xxh3: 0 to 3 bytes, to 8, 16, 32, 64, 96, 128, 240, and beyond.
const xxh3ClassCount = 9

// slack is how far the sort writes beyond the end of a list.
const slack = 8

// xxh3BatchKeys is how many keys of a class the AVX-512 kernels copy, hash and put in
// their places at a time.
const xxh3BatchKeys = 64

// xxh3Work is the memory of a block: the lists of the classes, and what the
// AVX-512 kernels make of a batch: sizes, hashes and up to 32 bytes a key. It is
// kept from block to block, for to clear it takes a tenth of the time of one.
type xxh3Work struct {
	consts xxh3Consts
	lists  [xxh3ClassCount][blockKeys + slack]uint16
	// next is where in the next block what is to be brought to the cache lies, and step
	// how far that moves on for each key. It is no pointer: it may end behind the data.
	next  uintptr
	step  int
	batch [(8 + 8 + 32) * xxh3BatchKeys]byte
}

var xxh3Works = sync.Pool{New: func() any { return new(xxh3Work) }}

func xxh3RaggedAVX2(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) bool {
	return xxh3Ragged(dst, data, keys, seed.Lo, (*xxh3Work).list)
}

func xxh3RaggedAVX512(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) bool {
	return xxh3Ragged(dst, data, keys, seed.Lo, (*xxh3Work).listAVX512)
}

// xxh3Ragged sorts the keys into their classes, and has class hash each.
func xxh3Ragged(dst []uint64, data []byte, keys cpu.Spans, seed uint64,
	hashClass func(w *xxh3Work, class int, list []uint16, dst []uint64, data []byte, keys cpu.Spans)) bool {
	n := len(dst)
	if n < 8 || n > blockKeys {
		return false
	}
	w := xxh3Works.Get().(*xxh3Work)
	w.consts.init(seed)
	w.ahead(data, keys)
	var ends [xxh3ClassCount]*uint16
	for i := range ends {
		ends[i] = &w.lists[i][0]
	}
	xxh3Sort(&ends[0], &keys.Start[0], &keys.End[0], n/8, &dst[0])
	for class, end := range ends {
		list := w.lists[class][:(uintptr(unsafe.Pointer(end))-uintptr(unsafe.Pointer(&w.lists[class])))/2]
		if len(list) > 0 {
			hashClass(w, class, list, dst, data, keys)
		}
	}
	xxh3Works.Put(w)
	for i := n / 8 * 8; i < n; i++ {
		dst[i] = hash.SumXXH3(data[keys.Start[i]:keys.End[i]], seed)
	}
	return true
}

// ahead makes next and step lead through the block behind this one, a step for each
// key: as long as this one, if keys are packed.
func (w *xxh3Work) ahead(data []byte, keys cpu.Spans) {
	n := len(keys.Start)
	first, last := int(keys.Start[0]), int(keys.End[n-1])
	w.next, w.step = uintptr(unsafe.Pointer(unsafe.SliceData(data))), 0
	if size := last - first; size > 0 && last+size <= len(data) {
		w.next, w.step = uintptr(unsafe.Pointer(&data[last])), size/n
	}
}

// list hashes the keys of a class, whose numbers list has.
func (w *xxh3Work) list(class int, list []uint16, dst []uint64, data []byte, keys cpu.Spans) {
	to, from, consts := &dst[0], unsafe.SliceData(data), &w.consts.flip1
	start, end, first, n := &keys.Start[0], &keys.End[0], &list[0], len(list)
	switch class {
	case 0:
		xxh3Listed0to3(to, from, start, end, first, n, consts, w.next, w.step)
	case 1:
		xxh3Listed4to8(to, from, start, end, first, n, consts, w.next, w.step)
	case 2:
		xxh3Listed9to16(to, from, start, end, first, n, consts, w.next, w.step)
	case 3:
		xxh3Listed17to32(to, from, start, end, first, n, consts, w.next, w.step)
	case 4:
		xxh3Listed33to64(to, from, start, end, first, n, consts, w.next, w.step)
	case 5:
		xxh3Listed65to96(to, from, start, end, first, n, consts, w.next, w.step)
	case 6:
		xxh3Listed97to128(to, from, start, end, first, n, consts, w.next, w.step)
	case 7:
		xxh3Listed129to240(to, from, start, end, first, n, consts, w.next, w.step)
	default:
		secret := xxh3LongSecret(w.consts.seed)
		for _, i := range list {
			dst[i] = xxh3SumLong(data[keys.Start[i]:keys.End[i]], &secret)
		}
	}
	w.advance(n)
}

func (w *xxh3Work) advance(n int) { w.next += uintptr(n * w.step) }

// listAVX512 does what list does, for the classes of short keys in batches.
func (w *xxh3Work) listAVX512(class int, list []uint16, dst []uint64, data []byte, keys cpu.Spans) {
	if class == 0 || class > 3 {
		w.list(class, list, dst, data, keys)
		return
	}
	to, from, consts := &dst[0], unsafe.SliceData(data), &w.consts.flip1
	start, end, memory := &keys.Start[0], &keys.End[0], &w.batch[0]
	for len(list) > 0 {
		first, n := &list[0], min(len(list), xxh3BatchKeys)
		switch class {
		case 1:
			xxh3Batch4to8Z(to, from, start, end, first, n, consts, w.next, w.step, memory)
		case 2:
			xxh3Batch9to16Z(to, from, start, end, first, n, consts, w.next, w.step, memory)
		case 3:
			xxh3Batch17to32Z(to, from, start, end, first, n, consts, w.next, w.step, memory)
		}
		w.advance(n)
		list = list[n:]
	}
}
