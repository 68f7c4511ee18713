//go:build !purego

package simd

import (
	"hash/crc32"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

var (
	crcInstruction = family{
		fixed:  map[hash.Func]fixedKernel{hash.CRC32: crc32FixedKernel, hash.CRC32C: crc32cFixedKernel},
		ragged: map[hash.Func]raggedKernel{hash.CRC32: crc32RaggedKernel, hash.CRC32C: crc32cRaggedKernel},
	}
	crcPMULL = family{
		fixed:  map[hash.Func]fixedKernel{hash.CRC16: crc16FixedKernel},
		ragged: map[hash.Func]raggedKernel{hash.CRC16: crc16RaggedKernel},
	}
)

const crcGroup = 4 // keys of a fixed width

func crc32FixedKernel(dst []uint64, data []byte, width int, _ hash.Words) bool {
	n := len(dst)
	if n < crcGroup {
		return false
	}
	crc32Fixed(&dst[0], &data[0], width, n/crcGroup)
	if at := n - crcGroup; n%crcGroup != 0 { // the last group overlaps the one before
		crc32Fixed(&dst[at], &data[at*width], width, 1)
	}
	return true
}

func crc32cFixedKernel(dst []uint64, data []byte, width int, _ hash.Words) bool {
	n := len(dst)
	if n < crcGroup {
		return false
	}
	crc32cFixed(&dst[0], &data[0], width, n/crcGroup)
	if at := n - crcGroup; n%crcGroup != 0 {
		crc32cFixed(&dst[at], &data[at*width], width, 1)
	}
	return true
}

func crc16FixedKernel(dst []uint64, data []byte, width int, _ hash.Words) bool {
	n := len(dst)
	if width != 8 && width < vectorLen {
		n = readable(n, len(data), width, vectorLen)
	}
	if n < crcGroup {
		return false
	}
	crc16Fixed(&dst[0], &data[0], width, n/crcGroup)
	if at := n - crcGroup; n%crcGroup != 0 {
		crc16Fixed(&dst[at], &data[at*width], width, 1)
	}
	for i := n; i < len(dst); i++ {
		dst[i] = uint64(hash.SumCRC16(data[i*width:][:width]))
	}
	return true
}

// crcPad lets a head of n bytes be hashed as 32, with zeros before it.
type crcPad struct {
	mask  [64]byte   // from its place n on, what leaves the last n of 32 bytes
	state [33]uint32 // what 32-n zeros turn into the state that a CRC begins from
}

var pad32, pad32C = makeCRCPad(crc32.IEEE), makeCRCPad(crc32.Castagnoli)

func makeCRCPad(poly uint32) *crcPad {
	pad := new(crcPad)
	for i := range 32 {
		pad.mask[32+i] = 0xFF
	}
	state := ^uint32(0)
	for n := 32; n >= 0; n-- {
		pad.state[n] = state
		for range 8 { // a step back: a bit that fell out had the polynomial added, whose top bit is 1
			if state>>31 == 1 {
				state = (state^poly)<<1 | 1
			} else {
				state <<= 1
			}
		}
	}
	return pad
}

func crc32RaggedKernel(dst []uint64, data []byte, keys cpu.Spans, _ hash.Words) bool {
	var long blockOrder
	if len(dst) == 0 || len(dst) > len(long) || len(data) == 0 {
		return false
	}
	crc32Ragged(&dst[0], &data[0], pad32, &keys.Start[0], &keys.End[0], len(dst), &long[0])
	return true
}

func crc32cRaggedKernel(dst []uint64, data []byte, keys cpu.Spans, _ hash.Words) bool {
	var long blockOrder
	if len(dst) == 0 || len(dst) > len(long) || len(data) == 0 {
		return false
	}
	crc32cRagged(&dst[0], &data[0], pad32C, &keys.Start[0], &keys.End[0], len(dst), &long[0])
	return true
}

func crc16RaggedKernel(dst []uint64, data []byte, keys cpu.Spans, _ hash.Words) bool {
	const head = 32
	var long blockOrder
	n := len(dst)
	if n > len(long) || len(data) < head {
		return false
	}
	// Of packed keys, those behind the last from which 32 bytes can be read are
	// the last few; and the kernel takes pairs.
	for n > 0 && int(keys.Start[n-1]) > len(data)-head {
		n--
	}
	n &^= 1
	if n == 0 || crc16Ragged(&dst[0], &data[0], &data[len(data)-head], &keys.Start[0], &keys.End[0], n, &long[0]) > 0 {
		return false
	}
	for i := n; i < len(dst); i++ {
		dst[i] = uint64(hash.SumCRC16(data[keys.Start[i]:keys.End[i]]))
	}
	return true
}
