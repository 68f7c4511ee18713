package keymill

import (
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// Batch is a column of keys, packed end to end in the layout of Arrow's binary
// and fixed-size-binary arrays. The fields are plain and may be set as they
// are; [Batch.Validate] says whether they fit together. The zero Batch is an
// empty column of variable-width keys, ready for [Batch.Append].
//
// A Batch is not safe for concurrent changes; any number of goroutines may
// read one.
type Batch struct {
	// Data holds the bytes of the keys. The caller owns it.
	Data []byte

	// Offsets has one entry more than there are keys: key i is
	// Data[Offsets[i]:Offsets[i+1]]. The first need not be 0, and bytes after
	// the last are ignored, so that a slice of a column is a column.
	// Unused if Width > 0.
	Offsets []uint32

	// Width > 0 says that every key has that many bytes: key i is
	// Data[i*Width:(i+1)*Width].
	Width int

	// Valid marks absent (null) keys, which are something else than empty
	// keys: bit ValidOffset+i is 1 if key i is present, counted from the lowest
	// bit of Valid[0]. Empty means that all keys are present.
	Valid       []uint64
	ValidOffset int

	// borrowed says that the memory is another batch's, or Arrow's: it is read,
	// and neither appended to nor used again.
	borrowed bool
}

// MaxKeys is the largest number of keys of a batch, and MaxData the largest
// size of the data of variable-width keys in bytes: what a uint32 can count.
const (
	MaxKeys = math.MaxUint32
	MaxData = math.MaxUint32
)

// NewBatch returns a batch of the given keys, copied. It is for keys that are
// few and known: past MaxData bytes of them it panics, where [Batch.Append]
// would return an error.
func NewBatch(keys ...string) Batch {
	var b Batch
	for _, key := range keys {
		if err := b.Append([]byte(key)); err != nil {
			panic(err)
		}
	}
	return b
}

// FromArrow returns a batch over the buffers of an Arrow binary or string
// array: offsets (int32, one more than there are keys) and data, both used as
// they are, not copied; so the batch cannot be appended to. The validity bitmap
// may be nil; its bit validityOffset is that of key 0; it is copied, one bit a
// key. The error is a [*BatchError], as that of [Batch.Validate]. (An array of
// fixed-size binary needs no function: Batch{Data: data, Width: width}.)
func FromArrow(offsets []int32, data, validity []byte, validityOffset int) (Batch, error) {
	b := Batch{Data: data, borrowed: true}
	if len(offsets) > 0 {
		// A negative offset becomes one of 2 GiB or more, which Validate finds.
		b.Offsets = unsafe.Slice((*uint32)(unsafe.Pointer(&offsets[0])), len(offsets))
	}
	if len(validity) > 0 {
		if validityOffset < 0 || validityOffset > 8*len(validity)-b.Len() {
			return Batch{}, &BatchError{-1, fmt.Sprintf("a validity bitmap of %d bytes at bit %d cannot mark %d keys",
				len(validity), validityOffset, b.Len())}
		}
		validity = validity[validityOffset/8 : (validityOffset+b.Len()+7)/8]
		b.Valid, b.ValidOffset = make([]uint64, (len(validity)+7)/8), validityOffset%8
		for i, octet := range validity {
			b.Valid[i/8] |= uint64(octet) << (i % 8 * 8)
		}
	}
	if err := b.Validate(); err != nil {
		return Batch{}, err
	}
	return b, nil
}

// Len returns the number of keys.
func (b *Batch) Len() int {
	if b.Width > 0 {
		return len(b.Data) / b.Width
	}
	return max(len(b.Offsets)-1, 0)
}

// Size returns the number of bytes of all keys together.
func (b *Batch) Size() int {
	switch {
	case b.Width > 0:
		return len(b.Data)
	case len(b.Offsets) == 0:
		return 0
	}
	return int(b.Offsets[len(b.Offsets)-1]) - int(b.Offsets[0])
}

// Key returns the bytes of key i, which alias Data. Of a null key they mean
// nothing.
func (b *Batch) Key(i int) []byte {
	lo, hi := 0, 0
	if b.Width > 0 {
		lo, hi = i*b.Width, (i+1)*b.Width
	} else {
		lo, hi = int(b.Offsets[i]), int(b.Offsets[i+1])
	}
	return b.Data[lo:hi:hi]
}

// IsNull reports whether key i is absent.
func (b *Batch) IsNull(i int) bool {
	if len(b.Valid) == 0 {
		return false
	}
	bit := b.ValidOffset + i
	return b.Valid[bit/64]>>(bit%64)&1 == 0
}

// Append adds a copy of the key. It fails with a [*BatchError], and changes
// nothing, if a fixed-width key has another length, if the data would grow past
// MaxData or the keys past MaxKeys (then hand this batch on and start a new
// one), or if the memory belongs to another batch or to Arrow.
func (b *Batch) Append(key []byte) error {
	n := b.Len()
	if err := b.grow(n, len(key)); err != nil {
		return err
	}
	b.Data = append(b.Data, key...)
	if b.Width == 0 {
		b.Offsets = append(b.Offsets, uint32(len(b.Data)))
	}
	if len(b.Valid) > 0 {
		b.mark(n, 1)
	}
	return nil
}

// AppendNull adds an absent key. It fails as [Batch.Append] does.
func (b *Batch) AppendNull() error {
	n := b.Len()
	if err := b.grow(n, b.Width); err != nil {
		return err
	}
	if b.Width == 0 {
		b.Offsets = append(b.Offsets, uint32(len(b.Data)))
	}
	for range b.Width {
		b.Data = append(b.Data, 0)
	}
	if len(b.Valid) == 0 {
		for i := range n {
			b.mark(i, 1)
		}
	}
	b.mark(n, 0)
	return nil
}

// grow says whether a key of that size can become key n, and sees to the first
// offset.
func (b *Batch) grow(n, size int) error {
	switch {
	case b.borrowed:
		return &BatchError{n, "the memory belongs to another batch or to Arrow, and cannot be appended to"}
	case b.Width != 0 && size != b.Width:
		return &BatchError{n, fmt.Sprintf("it has %d bytes, the batch takes keys of %d", size, b.Width)}
	case uint64(n) >= MaxKeys:
		return &BatchError{n, fmt.Sprintf("the batch has %d keys, as many as it takes: start a new batch", n)}
	case b.Width > 0:
		return nil
	case uint64(len(b.Data))+uint64(size) > MaxData:
		return &BatchError{n, fmt.Sprintf("its %d bytes would take the data of the batch past %d: start a new batch", size, uint32(MaxData))}
	case len(b.Offsets) == 0:
		b.Offsets = append(b.Offsets, uint32(len(b.Data)))
	case int(b.Offsets[n]) != len(b.Data):
		return &BatchError{n, "the data goes on behind the last key, so that no key can be appended"}
	}
	return nil
}

func (b *Batch) mark(i int, valid uint64) {
	bit := b.ValidOffset + i
	for bit/64 >= len(b.Valid) {
		b.Valid = append(b.Valid, 0)
	}
	b.Valid[bit/64] = b.Valid[bit/64]&^(1<<(bit%64)) | valid<<(bit%64)
}

// Slice returns the keys lo to hi-1 as a batch that shares the memory of b. It
// can be read and sliced, not appended to.
func (b *Batch) Slice(lo, hi int) Batch {
	part := Batch{Data: b.Data, Width: b.Width, Valid: b.Valid, borrowed: true}
	if b.Width > 0 {
		part.Data = b.Data[lo*b.Width : hi*b.Width : hi*b.Width]
	} else if len(b.Offsets) > 0 {
		part.Offsets = b.Offsets[lo : hi+1 : hi+1]
	}
	if len(b.Valid) > 0 {
		part.ValidOffset = b.ValidOffset + lo
	}
	return part
}

// Reset removes the keys and keeps the width, and the memory unless that belongs
// to another batch or to Arrow.
func (b *Batch) Reset() {
	if b.borrowed {
		*b = Batch{Width: b.Width}
		return
	}
	b.Data, b.Offsets, b.Valid, b.ValidOffset = b.Data[:0], b.Offsets[:0], b.Valid[:0], 0
}

// Validate says whether the fields fit together: the offsets rise and stay
// inside Data, fixed-width data is a whole number of keys, and Valid has a bit
// for each key. The error is a [*BatchError]. Every backend validates what it
// is given, so that no batch, however wrong, is read out of bounds.
func (b *Batch) Validate() error {
	if err := b.validateShape(); err != nil {
		return err
	}
	return b.validateOffsets()
}

// validateShape is the part that takes no time per key.
func (b *Batch) validateShape() error {
	n := b.Len()
	switch {
	case b.Width < 0:
		return &BatchError{-1, fmt.Sprintf("width %d is negative", b.Width)}
	case uint64(b.Width) > MaxData:
		return &BatchError{-1, fmt.Sprintf("width %d: a key has at most %d bytes", b.Width, uint32(MaxData))}
	case b.Width > 0 && len(b.Data)%b.Width != 0:
		return &BatchError{-1, fmt.Sprintf("%d bytes of data are no whole number of %d-byte keys", len(b.Data), b.Width)}
	case uint64(n) > MaxKeys:
		return &BatchError{-1, fmt.Sprintf("%d keys: a batch has at most %d", n, uint32(MaxKeys))}
	case len(b.Valid) > 0 && (b.ValidOffset < 0 || b.ValidOffset > 64*len(b.Valid)-n):
		return &BatchError{-1, fmt.Sprintf("Valid has %d bits and starts at bit %d: not one for each of %d keys",
			64*len(b.Valid), b.ValidOffset, n)}
	}
	return nil
}

func (b *Batch) validateOffsets() error {
	if b.Width > 0 || b.Len() == 0 {
		return nil
	}
	last := b.Offsets[0]
	for i, offset := range b.Offsets[1:] {
		if offset < last {
			return &BatchError{i, fmt.Sprintf("its offsets go backwards, from %d to %d", last, offset)}
		}
		last = offset
	}
	if uint64(last) <= uint64(len(b.Data)) {
		return nil
	}
	outside := slices.IndexFunc(b.Offsets[1:], func(o uint32) bool { return uint64(o) > uint64(len(b.Data)) })
	return &BatchError{outside, fmt.Sprintf("it ends at byte %d of %d bytes of data", b.Offsets[outside+1], len(b.Data))}
}
