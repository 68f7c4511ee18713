//go:build !purego

#include "textflag.h"

// CRC-32 and CRC-32C by the processor's instructions, which take 8 bytes in 2 or
// 3 cycles and can begin with others in each cycle. (They are not vector
// instructions; but four keys side by side are needed to keep them busy.)
//
// A key of any length has its first bytes taken as if zeros stood before them,
// so that all keys of up to 32 bytes take the same instructions and no branch
// has to be guessed. Zeros before a key change a CRC, unless it begins from what
// they turn into the state that it should begin from: the pad has that for each
// number of zeros. The numbers of the keys that have more bytes are gathered on
// the way, so that they too do not make the loop branch.
//
// No timings were made on arm64. On the way through 32 bytes a key takes some
// 35 instructions, 4 of them for the bytes.

// WRITE4 writes four hashes to R0 on.
#define WRITE4 \
	MVNW R8, R8            \
	MVNW R9, R9            \
	MVNW R10, R10          \
	MVNW R11, R11          \
	STP.P (R8, R9), 16(R0) \
	STP.P (R10, R11), 16(R0)

#define CRCX CRC32CX
#define CRCW CRC32CW
#define CRCH CRC32CH
#define CRCB CRC32CB

// func crc32cFixed(dst *uint64, data *byte, width, groups int)
TEXT ·crc32cFixed(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
#include "crc32fixed_arm64.h"

// func crc32cRagged(dst *uint64, data *byte, pad *crcPad, start, end *uint32, n int, long *uint16)
TEXT ·crc32cRagged(SB), NOSPLIT, $0-56
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD pad+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD n+40(FP), R5
	MOVD long+48(FP), R6
#include "crc32ragged_arm64.h"

#undef CRCX
#undef CRCW
#undef CRCH
#undef CRCB
#define CRCX CRC32X
#define CRCW CRC32W
#define CRCH CRC32H
#define CRCB CRC32B

// func crc32Fixed(dst *uint64, data *byte, width, groups int)
TEXT ·crc32Fixed(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
#include "crc32fixed_arm64.h"

// func crc32Ragged(dst *uint64, data *byte, pad *crcPad, start, end *uint32, n int, long *uint16)
TEXT ·crc32Ragged(SB), NOSPLIT, $0-56
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD pad+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD n+40(FP), R5
	MOVD long+48(FP), R6
#include "crc32ragged_arm64.h"
