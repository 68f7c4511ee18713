//go:build !purego

package simd

import (
	"hash/crc32"

	"github.com/keymill/keymill/hash"
)

var (
	// crcSSE42 has the crc32 instruction, which takes 8 bytes a cycle: no product is
	// faster for keys of up to 32 bytes that all have one width.
	crcSSE42 = family{
		fixed: map[hash.Func]fixedKernel{hash.CRC32C: crc32cBy64.fixedKeys},
	}
	// crcPCLMUL sorts with AVX2, for the crc32 instruction too.
	crcPCLMUL = family{
		fixed: map[hash.Func]fixedKernel{
			hash.CRC16: crc16By128.fixedKeys,
			hash.CRC32: crc32By128.fixedKeys,
		},
		ragged: map[hash.Func]raggedKernel{
			hash.CRC16:  crc16By128.raggedKeys,
			hash.CRC32:  crc32By128.raggedKeys,
			hash.CRC32C: crc32cBy64.raggedKeys,
		},
	}
	// crcVPCLMUL256 has twice the products an instruction, without AVX-512.
	crcVPCLMUL256 = family{
		fixed: map[hash.Func]fixedKernel{
			hash.CRC16: crc16By256.fixedKeys,
			hash.CRC32: crc32By256.fixedKeys,
		},
		ragged: map[hash.Func]raggedKernel{
			hash.CRC16:  crc16By256.raggedKeys,
			hash.CRC32:  crc32By256.raggedKeys,
			hash.CRC32C: crc32cBy256.raggedKeys,
		},
	}
)

// crcKernels is the assembly for a function, with registers of so many bits.
type crcKernels struct {
	consts *crcConsts
	group  int // keys it takes at a time
	step   int // bytes of a key it takes at a time, after the first 32

	eight   crcStrided    // for keys of 8 bytes
	strided [4]crcStrided // for keys of up to 8, 16, 24, 32 bytes; nil: as the next
	spans   [2]crcSpans   // for keys of up to 16 bytes, and 32
	listed  [2]crcListed
	long    func(head *byte, rest *byte, steps int, consts *uint64) uint64 // nil: one
	one     func(key []byte) uint64                                        // in Go
}

type (
	crcStrided = func(dst *uint64, data *byte, groups int, width int, consts *uint64)
	crcSpans   = func(dst *uint64, data *byte, start *uint32, end *uint32, groups int, consts *uint64)
	crcListed  = func(dst *uint64, data *byte, start *uint32, end *uint32, list *uint16, groups int, rest int, next uintptr, consts *uint64)
)

var (
	crc16By128 = &crcKernels{
		consts: crc16Consts, group: 4, step: 16,
		eight: crc16Fixed8X, strided: [4]crcStrided{1: crc16Strided16X, 3: crc16Strided32X},
		spans: [2]crcSpans{crc16Spans16X, crc16Spans32X}, listed: [2]crcListed{crc16Listed16X, crc16Listed32X},
		long: crc16LongX, one: crc16One,
	}
	crc32By128 = &crcKernels{
		consts: crc32Consts, group: 4, step: 16,
		eight: crc32Fixed8X, strided: [4]crcStrided{1: crc32Strided16X, 3: crc32Strided32X},
		spans: [2]crcSpans{crc32Spans16X, crc32Spans32X}, listed: [2]crcListed{crc32Listed16X, crc32Listed32X},
		one: crc32One, // which is as good for long keys
	}
	crc32cBy64 = &crcKernels{
		consts: crc32cConsts, group: 4, step: 32,
		eight: crc32cStrided8, strided: [4]crcStrided{crc32cStrided8, crc32cStrided16, crc32cStrided24, crc32cStrided32},
		spans: [2]crcSpans{crc32cSpans16, crc32cSpans32}, listed: [2]crcListed{crc32cListed16, crc32cListed32},
		one: crc32cOne, // which is as good for long keys
	}

	crc16By256 = &crcKernels{
		consts: crc16Consts, group: 4, step: 32,
		eight: crc16Fixed8Y, strided: [4]crcStrided{1: crc16Strided16Y, 3: crc16Strided32Y},
		spans: [2]crcSpans{crc16Spans16Y, crc16Spans32Y}, listed: [2]crcListed{crc16Listed16Y, crc16Listed32Y},
		long: crc16LongY, one: crc16One,
	}
	crc32By256  = crc32With256(crc32Consts, crc32One)
	crc32cBy256 = crc32With256(crc32cConsts, crc32cOne)
)

func crc32With256(consts *crcConsts, one func([]byte) uint64) *crcKernels {
	return &crcKernels{
		consts: consts, group: 4, step: 32,
		eight: crc32Fixed8Y, strided: [4]crcStrided{1: crc32Strided16Y, 3: crc32Strided32Y},
		spans: [2]crcSpans{crc32Spans16Y, crc32Spans32Y}, listed: [2]crcListed{crc32Listed16Y, crc32Listed32Y},
		long: crc32LongY, one: one,
	}
}

func crc16One(key []byte) uint64  { return uint64(hash.SumCRC16(key)) }
func crc32One(key []byte) uint64  { return uint64(crc32.ChecksumIEEE(key)) }
func crc32cOne(key []byte) uint64 { return uint64(crc32.Checksum(key, castagnoli)) }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)
