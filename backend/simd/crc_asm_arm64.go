//go:build !purego

package simd

// The kernels of a fixed width write the hashes of groups of four keys. That of
// CRC-16 reads 16 bytes from the first byte of each key, if it has fewer and not 8.

//go:noescape
func crc32Fixed(dst *uint64, data *byte, width, groups int)

//go:noescape
func crc32cFixed(dst *uint64, data *byte, width, groups int)

//go:noescape
func crc16Fixed(dst *uint64, data *byte, width, groups int)

// The kernels for any length write the hashes of n keys. Those of the 32-bit
// functions read no byte outside of data, from its first to the last key's last.
// That of CRC-16 takes an even number of keys, reads 32 bytes from the first byte
// of each, but none behind the 32 from limit on, and returns the number of keys
// for which that is not enough: if it is not 0, hashes are wrong. All need memory
// for n numbers of long keys.

//go:noescape
func crc32Ragged(dst *uint64, data *byte, pad *crcPad, start, end *uint32, n int, long *uint16)

//go:noescape
func crc32cRagged(dst *uint64, data *byte, pad *crcPad, start, end *uint32, n int, long *uint16)

//go:noescape
func crc16Ragged(dst *uint64, data, limit *byte, start, end *uint32, n int, long *uint16) (outside int)
