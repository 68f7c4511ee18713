//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// 32-bit functions, a key a lane.
//
// NEON has four lanes of 32 bits. A group is eight keys in two registers, since
// each word of a key waits for the one before: two chains side by side keep a core
// with two vector pipes busy (a word of eight keys takes murmur3-32 22
// instructions, and its chain is 5 of them, of two cycles each). NEON cannot
// gather: keys are read 16 bytes at a time and transposed, which is 0.75
// instructions a word and key, where loading each word into its lane is a load and
// an insertion. Keys of 4, 8 and 16 bytes lie so that few instructions bring them
// into lanes: a key of 16 bytes takes murmur2 11 instructions, and murmur3-32 17.
// Where lengths differ, lanes that are done are masked, at two instructions for a
// word of four keys.
//
// No timings were made on arm64: the choices follow counts of instructions and
// the latencies that Arm publishes for its Neoverse cores.
//
// The loops are in lanes32fixed_arm64.h and lanes32ragged_arm64.h; fnv_arm64.s
// uses them too. A function defines for them
//
//	CONSTANTS  what it keeps in V25 to V29
//	INIT       V0, V1: the hashes before the first word; of the lengths V20,
//	           V21 and the seed V24
//	MIX        (number and name of a register, twice) mixes these words into V0, V1
//	MIXTO      the same, but the new hashes go to V2, V3
//	TAIL       mixes the up to three bytes behind the last word into V0, V1; they
//	           are in V16, V17, with zeros behind them
//	FINISH     what comes at the end
//
// They have V12, V13, and those that are not in use any more, for themselves;
// TAIL has V14, V15 too. V22 holds threes and V31 twos.

// Murmur2.

#define CONSTANTS BROADCAST(0x5bd1e995, V25)

#define INIT \
	VEOR V24.B16, V20.B16, V0.B16 \
	VEOR V24.B16, V21.B16, V1.B16

#define SCRAMBLE(na, ka, nb, kb) \
	VMUL_S4(25, na, na)          \
	VMUL_S4(25, nb, nb)          \
	VUSHR $24, ka.S4, V12.S4     \
	VUSHR $24, kb.S4, V13.S4     \
	VEOR ka.B16, V12.B16, ka.B16 \
	VEOR kb.B16, V13.B16, kb.B16 \
	VMUL_S4(25, na, na)          \
	VMUL_S4(25, nb, nb)

#define MIX(na, ka, nb, kb) \
	SCRAMBLE(na, ka, nb, kb)   \
	VMUL_S4(25, 0, 0)          \
	VMUL_S4(25, 1, 1)          \
	VEOR ka.B16, V0.B16, V0.B16 \
	VEOR kb.B16, V1.B16, V1.B16

#define MIXTO(na, ka, nb, kb) \
	SCRAMBLE(na, ka, nb, kb)   \
	VMUL_S4(25, 0, 2)          \
	VMUL_S4(25, 1, 3)          \
	VEOR ka.B16, V2.B16, V2.B16 \
	VEOR kb.B16, V3.B16, V3.B16

// A key without a tail is not multiplied.
#define TAIL \
	VCMTST V22.S4, V20.S4, V14.S4  \
	VCMTST V22.S4, V21.S4, V15.S4  \
	VEOR V16.B16, V0.B16, V2.B16   \
	VEOR V17.B16, V1.B16, V3.B16   \
	VMUL_S4(25, 2, 2)              \
	VMUL_S4(25, 3, 3)              \
	VBIT V14.B16, V2.B16, V0.B16   \
	VBIT V15.B16, V3.B16, V1.B16

#define FINISH \
	VUSHR $13, V0.S4, V12.S4     \
	VUSHR $13, V1.S4, V13.S4     \
	VEOR V12.B16, V0.B16, V0.B16 \
	VEOR V13.B16, V1.B16, V1.B16 \
	VMUL_S4(25, 0, 0)            \
	VMUL_S4(25, 1, 1)            \
	VUSHR $15, V0.S4, V12.S4     \
	VUSHR $15, V1.S4, V13.S4     \
	VEOR V12.B16, V0.B16, V0.B16 \
	VEOR V13.B16, V1.B16, V1.B16

// func murmur2Fixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)
TEXT ·murmur2Fixed(SB), NOSPLIT, $0-44
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
	MOVD last+32(FP), R4
	MOVWU seed+40(FP), R5
#include "lanes32fixed_arm64.h"

// func murmur2Ragged(dst *uint64, data *byte, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)
TEXT ·murmur2Ragged(SB), NOSPLIT, $0-60
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD limit+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD order+40(FP), R5
	MOVD groups+48(FP), R6
	MOVWU seed+56(FP), R7
#include "lanes32ragged_arm64.h"

#undef CONSTANTS
#undef INIT
#undef SCRAMBLE
#undef MIX
#undef MIXTO
#undef TAIL
#undef FINISH

// Murmur3-32, of which Spark's and Hive's variants only differ in the tail.

#define CONSTANTS \
	BROADCAST(0xcc9e2d51, V25) \
	BROADCAST(0x1b873593, V26) \
	BROADCAST(0xe6546b64, V27) \
	BROADCAST(0x85ebca6b, V28) \
	BROADCAST(0xc2b2ae35, V29)

#define INIT \
	VMOV V24.B16, V0.B16 \
	VMOV V24.B16, V1.B16

#define SCRAMBLE(na, ka, nb, kb) \
	VMUL_S4(25, na, na)       \
	VMUL_S4(25, nb, nb)       \
	VSHL $15, ka.S4, V12.S4   \
	VSHL $15, kb.S4, V13.S4   \
	VSRI $17, ka.S4, V12.S4   \
	VSRI $17, kb.S4, V13.S4   \
	VMUL_S4(26, 12, na)       \
	VMUL_S4(26, 13, nb)

// To multiply by 5, it shifts and adds: the multipliers have enough to do.
#define NEXT(na, ka, nb, kb, ha, hb) \
	SCRAMBLE(na, ka, nb, kb)      \
	VEOR ka.B16, V0.B16, V12.B16  \
	VEOR kb.B16, V1.B16, V13.B16  \
	VSHL $13, V12.S4, ka.S4       \
	VSHL $13, V13.S4, kb.S4       \
	VSRI $19, V12.S4, ka.S4       \
	VSRI $19, V13.S4, kb.S4       \
	VSHL $2, ka.S4, V12.S4        \
	VSHL $2, kb.S4, V13.S4        \
	VADD V27.S4, ka.S4, ka.S4     \
	VADD V27.S4, kb.S4, kb.S4     \
	VADD V12.S4, ka.S4, ha.S4     \
	VADD V13.S4, kb.S4, hb.S4

#define MIX(na, ka, nb, kb) NEXT(na, ka, nb, kb, V0, V1)
#define MIXTO(na, ka, nb, kb) NEXT(na, ka, nb, kb, V2, V3)

// A tail of zeros scrambles to zero: where there is none, nothing changes.
#define TAIL \
	SCRAMBLE(16, V16, 17, V17)   \
	VEOR V16.B16, V0.B16, V0.B16 \
	VEOR V17.B16, V1.B16, V1.B16

#define FINISH \
	VEOR V20.B16, V0.B16, V0.B16 \
	VEOR V21.B16, V1.B16, V1.B16 \
	VUSHR $16, V0.S4, V12.S4     \
	VUSHR $16, V1.S4, V13.S4     \
	VEOR V12.B16, V0.B16, V0.B16 \
	VEOR V13.B16, V1.B16, V1.B16 \
	VMUL_S4(28, 0, 0)            \
	VMUL_S4(28, 1, 1)            \
	VUSHR $13, V0.S4, V12.S4     \
	VUSHR $13, V1.S4, V13.S4     \
	VEOR V12.B16, V0.B16, V0.B16 \
	VEOR V13.B16, V1.B16, V1.B16 \
	VMUL_S4(29, 0, 0)            \
	VMUL_S4(29, 1, 1)            \
	VUSHR $16, V0.S4, V12.S4     \
	VUSHR $16, V1.S4, V13.S4     \
	VEOR V12.B16, V0.B16, V0.B16 \
	VEOR V13.B16, V1.B16, V1.B16

// func murmur3x32Fixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)
TEXT ·murmur3x32Fixed(SB), NOSPLIT, $0-44
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
	MOVD last+32(FP), R4
	MOVWU seed+40(FP), R5
#include "lanes32fixed_arm64.h"

// func murmur3x32Ragged(dst *uint64, data *byte, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)
TEXT ·murmur3x32Ragged(SB), NOSPLIT, $0-60
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD limit+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD order+40(FP), R5
	MOVD groups+48(FP), R6
	MOVWU seed+56(FP), R7
#include "lanes32ragged_arm64.h"

#undef TAIL

// Hive's tail: each byte is sign-extended before it is shifted into place.
// SIGNED leaves a byte, which left shifts to the top, at its place in k.
#define SIGNED(left, v, n, k) \
	VSHL $left, v.S4, k.S4     \
	VSSHR_S4(24, n, n)         \
	VSHL $(24-left), k.S4, k.S4

#define HIVE(v) \
	SIGNED(24, v, 12, V12)         \
	SIGNED(16, v, 13, V13)         \
	SIGNED(8, v, 14, V14)          \
	VEOR V12.B16, V13.B16, v.B16   \
	VEOR V14.B16, v.B16, v.B16

#define TAIL \
	HIVE(V16)                    \
	HIVE(V17)                    \
	SCRAMBLE(16, V16, 17, V17)   \
	VEOR V16.B16, V0.B16, V0.B16 \
	VEOR V17.B16, V1.B16, V1.B16

// func murmur3HiveFixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)
TEXT ·murmur3HiveFixed(SB), NOSPLIT, $0-44
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
	MOVD last+32(FP), R4
	MOVWU seed+40(FP), R5
#include "lanes32fixed_arm64.h"

// func murmur3HiveRagged(dst *uint64, data *byte, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)
TEXT ·murmur3HiveRagged(SB), NOSPLIT, $0-60
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD limit+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD order+40(FP), R5
	MOVD groups+48(FP), R6
	MOVWU seed+56(FP), R7
#include "lanes32ragged_arm64.h"

#undef TAIL

// Spark's tail: each byte, sign-extended, is a word.
#define TAILBYTE(left) \
	VSHL $left, V16.S4, V4.S4    \
	VSHL $left, V17.S4, V8.S4    \
	VSSHR_S4(24, 4, 4)           \
	VSSHR_S4(24, 8, 8)           \
	MIXTO(4, V4, 8, V8)          \
	VBIT V14.B16, V2.B16, V0.B16 \
	VBIT V15.B16, V3.B16, V1.B16

#define TAIL \
	VCMTST V22.S4, V20.S4, V14.S4  \
	VCMTST V22.S4, V21.S4, V15.S4  \
	TAILBYTE(24)                   \
	VCMTST V31.S4, V20.S4, V14.S4  \
	VCMTST V31.S4, V21.S4, V15.S4  \
	TAILBYTE(16)                   \
	VAND V22.B16, V20.B16, V14.B16 \
	VAND V22.B16, V21.B16, V15.B16 \
	VCMEQ V22.S4, V14.S4, V14.S4   \
	VCMEQ V22.S4, V15.S4, V15.S4   \
	TAILBYTE(8)

// func murmur3SparkFixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)
TEXT ·murmur3SparkFixed(SB), NOSPLIT, $0-44
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
	MOVD last+32(FP), R4
	MOVWU seed+40(FP), R5
#include "lanes32fixed_arm64.h"

// func murmur3SparkRagged(dst *uint64, data *byte, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)
TEXT ·murmur3SparkRagged(SB), NOSPLIT, $0-60
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD limit+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD order+40(FP), R5
	MOVD groups+48(FP), R6
	MOVWU seed+56(FP), R7
#include "lanes32ragged_arm64.h"
