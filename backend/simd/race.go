//go:build race

package simd

import (
	"runtime"
	"unsafe"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// The race detector does not see what assembly reads and writes: it is told.

func watchFixed(k fixedKernel) fixedKernel {
	if k == nil {
		return nil
	}
	return func(dst []uint64, data []byte, width int, seed hash.Words) bool {
		reads(data)
		writes(dst)
		return k(dst, data, width, seed)
	}
}

func watchRagged(k raggedKernel) raggedKernel {
	if k == nil {
		return nil
	}
	return func(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) bool {
		reads(keys.Start)
		reads(keys.End)
		for i, start := range keys.Start {
			reads(data[start:keys.End[i]])
		}
		writes(dst)
		return k(dst, data, keys, seed)
	}
}

func watchReduce(k reduceKernel) reduceKernel {
	if k == nil {
		return nil
	}
	return func(dst []uint32, hashes []uint64, s *place.Scheme) bool {
		reads(hashes)
		writes(dst)
		return k(dst, hashes, s)
	}
}

func watchTags(k tagsKernel) tagsKernel {
	if k == nil {
		return nil
	}
	return func(dst cpu.Spans, data []byte, keys cpu.Spans) bool {
		reads(keys.Start)
		reads(keys.End)
		for i, start := range keys.Start {
			reads(data[start:keys.End[i]])
		}
		writes(dst.Start)
		writes(dst.End)
		return k(dst, data, keys)
	}
}

func watchRising(k risingKernel) risingKernel {
	if k == nil {
		return nil
	}
	return func(offsets []uint32) bool {
		reads(offsets)
		return k(offsets)
	}
}

func watchPack(k *packKernels) *packKernels {
	return &packKernels{watchedPack(k.strings), watchedPack(k.slices)}
}

func watchedPack[K string | []byte](pack func([]byte, []uint32, []K) int) func([]byte, []uint32, []K) int {
	return func(dst []byte, ends []uint32, keys []K) int {
		reads(keys)
		for _, key := range keys {
			readKey(key)
		}
		writes(dst)
		writes(ends)
		return pack(dst, ends, keys)
	}
}

func reads[T any](s []T) {
	if len(s) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
	}
}

func writes[T any](s []T) {
	if len(s) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
	}
}

func readKey[K string | []byte](key K) {
	if len(key) > 0 { // a conversion to []byte would copy a string
		runtime.RaceReadRange(*(*unsafe.Pointer)(unsafe.Pointer(&key)), len(key))
	}
}
