//go:build !purego

package simd

import "github.com/keymill/keymill/hash"

// crcVPCLMUL has no crc32c of one width: the crc32 instruction is as fast.
var crcVPCLMUL = family{
	fixed: map[hash.Func]fixedKernel{
		hash.CRC16: crc16By512.fixedKeys,
		hash.CRC32: crc32By512.fixedKeys,
	},
	ragged: map[hash.Func]raggedKernel{
		hash.CRC16:  crc16By512.raggedKeys,
		hash.CRC32:  crc32By512.raggedKeys,
		hash.CRC32C: crc32cBy512.raggedKeys,
	},
}

var (
	crc16By512 = &crcKernels{
		consts: crc16Consts, group: 8, step: 32,
		eight: crc16Fixed8Z, strided: [4]crcStrided{1: crc16Strided16Z, 3: crc16Strided32Z},
		spans: [2]crcSpans{crc16Spans16Z, crc16Spans32Z}, listed: [2]crcListed{crc16Listed16Z, crc16Listed32Z},
		long: crc16LongZ, one: crc16One,
	}
	crc32By512  = crc32With512(crc32Consts, crc32One)
	crc32cBy512 = crc32With512(crc32cConsts, crc32cOne)
)

func crc32With512(consts *crcConsts, one func([]byte) uint64) *crcKernels {
	return &crcKernels{
		consts: consts, group: 8, step: 32,
		eight: crc32Fixed8Z, strided: [4]crcStrided{1: crc32Strided16Z, 3: crc32Strided32Z},
		spans: [2]crcSpans{crc32Spans16Z, crc32Spans32Z}, listed: [2]crcListed{crc32Listed16Z, crc32Listed32Z},
		long: crc32LongZ, one: one,
	}
}
