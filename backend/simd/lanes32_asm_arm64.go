//go:build !purego

package simd

// lastBytes are the places from which a table look-up takes the bytes that are
// left of a key, where its last 16 bytes were read, and 0xFF behind them.
type lastBytes [16]byte

// The kernels of a fixed width write the hashes of groups of eight keys. They
// read 16 bytes from the first byte of each key, if it has fewer and not 4 or 8.

//go:noescape
func murmur2Fixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)

//go:noescape
func murmur3x32Fixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)

//go:noescape
func murmur3SparkFixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)

//go:noescape
func murmur3HiveFixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)

//go:noescape
func fnv1a32Fixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)

// The kernels for any length write the hashes of the keys whose numbers are in
// order, in groups of eight. They may read up to 15 bytes behind a key, and 16
// from limit on.

//go:noescape
func murmur2Ragged(dst *uint64, data, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)

//go:noescape
func murmur3x32Ragged(dst *uint64, data, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)

//go:noescape
func murmur3SparkRagged(dst *uint64, data, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)

//go:noescape
func murmur3HiveRagged(dst *uint64, data, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)

//go:noescape
func fnv1a32Ragged(dst *uint64, data, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)
