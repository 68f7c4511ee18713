//go:build !purego

package simd

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// fixedKeys hashes keys of one width. The kernels read more bytes before the end of
// a key than it has: the first ones are hashed one by one. What does not fill a
// group is hashed with keys before it, again.
func (k *crcKernels) fixedKeys(dst []uint64, data []byte, width int, _ hash.Words) bool {
	if width > 8*len(k.strided) {
		return false
	}
	kernel, first := k.eight, 0
	if width != 8 {
		i := (width - 1) / 8
		for k.strided[i] == nil {
			i++
		}
		kernel, first = k.strided[i], (8*i+7)/width // keys that end too early
	}
	n := len(dst) - first
	if n < k.group {
		return false
	}
	for i := range first {
		dst[i] = k.one(data[i*width:][:width])
	}
	consts := &k.consts.fold16[0]
	kernel(&dst[first], &data[first*width], n/k.group, width, consts)
	if n%k.group > 0 {
		last := len(dst) - k.group
		kernel(&dst[last], &data[last*width], 1, width, consts)
	}
	return true
}

const (
	crcBehind  = 32  // bytes that kernels read before a key
	crcLongest = 256 // beyond, each key goes by itself
)

// crcLimits are the lengths up to which keys are of a class, which all take the
// same steps; longer ones are a class too. The assembly knows how many there are.
type crcLimits [10]uint32

// By the step of the kernels.
var (
	crcLimits16 = crcLimits{16, 32, 48, 64, 96, 128, 160, 192, 224, crcLongest}
	crcLimits32 = crcLimits{16, 32, 64, 96, 128, 160, 192, 224, crcLongest, crcLongest}
)

// crcWork is the memory of a block.
type crcWork struct {
	// lists have the numbers of the keys of each class. The assembly writes eight
	// numbers at a time, and knows the size: that of 512 keys.
	lists  [len(crcLimits{}) + 1][blockKeys + 8]uint16
	counts [len(crcLimits{}) + 1]int
	head   [64]byte // of a long key
}

// The assembly is to be written anew if blocks are of another size.
var _ [512]struct{} = [blockKeys]struct{}{}

// crcWorks are kept from block to block: to clear one takes longer than to use it.
var crcWorks = sync.Pool{New: func() any { return new(crcWork) }}

// crcInOrder are the numbers of keys that need no sorting.
var crcInOrder = func() (numbers [blockKeys]uint16) {
	for i := range numbers {
		numbers[i] = uint16(i)
	}
	return numbers
}()

// raggedKeys chooses the kernel by the longest key. Kernels read up to 32 bytes
// before a key: keys before which there are none are hashed one by one.
func (k *crcKernels) raggedKeys(dst []uint64, data []byte, keys cpu.Spans, _ hash.Words) bool {
	n, first := len(dst), 0
	for first < n && keys.Start[first] < crcBehind {
		first++
	}
	if n-first < 8 { // which the scan takes at a time
		return false
	}
	for i := range first {
		k.single(&dst[i], data[keys.Start[i]:keys.End[i]])
	}
	dst, keys.Start, keys.End = dst[first:], keys.Start[first:], keys.End[first:]
	n -= first
	longest, shortest, from := crcScan(&keys.Start[0], &keys.End[0], n/8)
	if n%8 > 0 {
		a, b, c := crcScan(&keys.Start[n-8], &keys.End[n-8], 1)
		longest, shortest, from = max(longest, a), min(shortest, b), min(from, c)
	}
	if from < crcBehind { // keys that are not in order
		return false
	}
	if longest <= 32 {
		spans := k.spans[0]
		if longest > 16 {
			spans = k.spans[1]
		}
		at, consts := unsafe.SliceData(data), &k.consts.fold16[0]
		spans(&dst[0], at, &keys.Start[0], &keys.End[0], n/k.group, consts)
		if n%k.group > 0 {
			last := n - k.group
			spans(&dst[last], at, &keys.Start[last], &keys.End[last], 1, consts)
		}
		return true
	}
	b := crcKeys{k, dst, data, keys, uintptr(unsafe.Pointer(unsafe.SliceData(data))) + uintptr(keys.End[n-1])}
	step := uint32(k.step)
	if rest := (longest+step-1)/step*step - 32; longest <= crcLongest && shortest > rest {
		b.class(1, crcInOrder[:n], int(rest))
		if n%k.group > 0 {
			b.class(1, crcInOrder[n-k.group:n], int(rest))
		}
		return true
	}
	b.sorted()
	return true
}

// crcKeys are the keys of a block; at next lie those after them.
type crcKeys struct {
	*crcKernels
	dst  []uint64
	data []byte
	cpu.Spans
	next uintptr
}

// class hashes the keys of a list, as many as fill groups, with a kernel for keys of
// up to 16 bytes, or of up to 32 and rest more.
func (b *crcKeys) class(kernel int, list []uint16, rest int) {
	b.listed[kernel](&b.dst[0], unsafe.SliceData(b.data), &b.Start[0], &b.End[0], &list[0], len(list)/b.group, rest, b.next, &b.consts.fold16[0])
	b.next += uintptr(len(list) * (16 + 16*kernel + rest))
}

// sorted hashes keys class by class, so that the processor, which goes through as
// many steps again and again, guesses right how many come.
func (b *crcKeys) sorted() {
	limits, n := &crcLimits32, len(b.dst)
	if b.step == 16 {
		limits = &crcLimits16
	}
	w := crcWorks.Get().(*crcWork)
	clear(w.counts[:])
	crcSort(&w.lists[0][0], &w.counts[0], &b.Start[0], &b.End[0], n/8, &limits[0])
	for i := n &^ 7; i < n; i++ {
		class, size := 0, b.End[i]-b.Start[i]
		for class < len(limits) && size > limits[class] {
			class++
		}
		w.lists[class][w.counts[class]] = uint16(i)
		w.counts[class]++
	}
	for class, limit := range limits {
		list, n := &w.lists[class], w.counts[class]
		if n == 0 {
			continue
		}
		for n%b.group > 0 { // the last key fills the group
			list[n] = list[n-1]
			n++
		}
		if class == 0 {
			b.class(0, list[:n], 0)
		} else {
			b.class(1, list[:n], int(limit)-32)
		}
	}
	for _, i := range w.lists[len(limits)][:w.counts[len(limits)]] {
		b.dst[i] = b.sumLong(b.data[b.Start[i]:b.End[i]], &w.head)
	}
	crcWorks.Put(w)
}

// single hashes a key before which nothing need stand.
func (k *crcKernels) single(dst *uint64, key []byte) {
	if len(key) <= crcLongest {
		*dst = k.one(key)
		return
	}
	w := crcWorks.Get().(*crcWork)
	*dst = k.sumLong(key, &w.head)
	crcWorks.Put(w)
}

// sumLong hashes a key of more than 64 bytes: its first 1 to 64, behind zeros, with
// which the CRC starts, and then 64 at a time.
func (k *crcKernels) sumLong(key []byte, head *[64]byte) uint64 {
	if k.long == nil {
		return k.one(key)
	}
	n := (len(key)-1)%64 + 1
	clear(head[:64-n])
	copy(head[64-n:], key[:n])
	start := binary.LittleEndian.Uint32(head[:]) ^ k.consts.from[n]
	binary.LittleEndian.PutUint32(head[:], start)
	return k.long(&head[0], &key[n], (len(key)-n)/64, &k.consts.fold16[0])
}
