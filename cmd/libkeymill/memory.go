package main

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/keymill/keymill"
)

// inputError blames what the C program passed.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// Is makes errors.Is(err, keymill.ErrInvalid) true.
func (e inputError) Is(target error) bool { return target == keymill.ErrInvalid }

func invalid(format string, args ...any) error { return inputError{fmt.Errorf(format, args...)} }

// view returns the n elements at p, in place; nil if p is. what says in an error
// what the memory was to be.
func view[T any](what string, p unsafe.Pointer, n uint64) ([]T, error) {
	var element T
	size, align := uint64(unsafe.Sizeof(element)), uintptr(unsafe.Alignof(element))
	switch {
	case p == nil && n > 0:
		return nil, invalid("%s is NULL, where %d elements should be", what, n)
	case p == nil:
		return nil, nil
	case uintptr(p)%align != 0:
		return nil, invalid("%s is not aligned to %d bytes", what, align)
	case n > math.MaxInt/size || uint64(^uintptr(0)-uintptr(p)) < n*size:
		return nil, invalid("%s of %d elements is more than there is memory", what, n)
	}
	return unsafe.Slice((*T)(p), int(n)), nil
}

// optional is view for what may be left out.
func optional[T any](what string, p unsafe.Pointer, n uint64) ([]T, error) {
	if p == nil {
		return nil, nil
	}
	return view[T](what, p, n)
}

// counted is optional for what the caller said the length of.
func counted[T any](what string, p unsafe.Pointer, n, want uint64) ([]T, error) {
	if n != want && (p != nil || n > 0) {
		return nil, invalid("%s has %d elements, the call needs %d", what, n, want)
	}
	return view[T](what, p, n)
}

// keys is km_keys.
type keys struct {
	data, offsets, valid           unsafe.Pointer
	dataSize, width, validFirst, n uint64
}

// batch returns the keys as a batch over the caller's memory.
func (k *keys) batch() (b keymill.Batch, err error) {
	switch {
	case k.n > keymill.MaxKeys:
		return b, invalid("keys: n is %d, a batch has at most %d", k.n, uint32(keymill.MaxKeys))
	case k.width > keymill.MaxData || k.width > math.MaxInt:
		return b, invalid("keys: width %d: a key has at most %d bytes", k.width, uint32(keymill.MaxData))
	case k.width > 0 && k.offsets != nil:
		return b, invalid("keys: both offsets and a width of %d: give one of them", k.width)
	case k.width > 0 && k.dataSize/k.width < k.n:
		return b, invalid("keys: %d bytes of data are less than %d keys of %d bytes", k.dataSize, k.n, k.width)
	}
	b.Width = int(k.width)
	if b.Width > 0 {
		k.dataSize = k.n * k.width
	} else if b.Offsets, err = k.offsetsView(); err != nil {
		return b, err
	}
	if b.Data, err = view[byte]("keys: data", k.data, k.dataSize); err != nil {
		return b, err
	}
	return b, k.mark(&b)
}

func (k *keys) offsetsView() ([]uint32, error) {
	if k.n == 0 {
		return nil, nil
	}
	if k.offsets == nil {
		return nil, invalid("keys: neither offsets nor a width")
	}
	return view[uint32]("keys: offsets", k.offsets, k.n+1)
}

// mark sets Valid to the words that hold the bits of the keys.
func (k *keys) mark(b *keymill.Batch) error {
	if k.valid == nil || k.n == 0 {
		return nil
	}
	if k.validFirst > math.MaxInt64-k.n-63 {
		return invalid("keys: valid_first is %d", k.validFirst)
	}
	words, err := view[uint64]("keys: valid", k.valid, (k.validFirst+k.n+63)/64)
	if err != nil {
		return err
	}
	b.Valid, b.ValidOffset = words[k.validFirst/64:], int(k.validFirst%64)
	return nil
}

// errNull says which pointer must not be NULL.
func errNull(what string) error { return inputError{errors.New(what + " is NULL")} }
