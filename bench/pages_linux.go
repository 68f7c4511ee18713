package bench

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pageKinds returns the two kinds of memory that Linux lets a program ask for.
func pageKinds() []pageKind {
	return []pageKind{
		{"4 KiB pages", func(size int) ([]uint64, func() error, error) { return mapped(size, unix.MADV_NOHUGEPAGE) }},
		{"huge pages", func(size int) ([]uint64, func() error, error) { return mapped(size, unix.MADV_HUGEPAGE) }},
	}
}

func mapped(size, advice int) ([]uint64, func() error, error) {
	memory, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	// A kernel that was built without huge pages knows neither advice.
	if err := unix.Madvise(memory, advice); err != nil && advice == unix.MADV_HUGEPAGE {
		return nil, nil, errors.Join(errors.ErrUnsupported, unix.Munmap(memory))
	}
	words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(memory))), size/8)
	return words, func() error { return unix.Munmap(memory) }, nil
}
