//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// FNV-1a with 32 bits, in the loops that lanes32_arm64.s describes. It takes a step
// for each byte; a lane is masked once a word, which is four of them.

#define CONSTANTS \
	BROADCAST(0x01000193, V25) \
	BROADCAST(0xff, V26)       \
	BROADCAST(0x811c9dc5, V27)

#define INIT \
	VMOV V27.B16, V0.B16 \
	VMOV V27.B16, V1.B16

#define BYTE(nha, ha, nhb, hb) \
	VAND V26.B16, V12.B16, V12.B16 \
	VAND V26.B16, V13.B16, V13.B16 \
	VEOR V12.B16, ha.B16, ha.B16   \
	VEOR V13.B16, hb.B16, hb.B16   \
	VMUL_S4(25, nha, nha)          \
	VMUL_S4(25, nhb, nhb)

#define BYTEAT(place, ka, kb, nha, ha, nhb, hb) \
	VUSHR $place, ka.S4, V12.S4 \
	VUSHR $place, kb.S4, V13.S4 \
	BYTE(nha, ha, nhb, hb)

#define BYTES(ka, kb, nha, ha, nhb, hb) \
	VMOV ka.B16, V12.B16                 \
	VMOV kb.B16, V13.B16                 \
	BYTE(nha, ha, nhb, hb)               \
	BYTEAT(8, ka, kb, nha, ha, nhb, hb)  \
	BYTEAT(16, ka, kb, nha, ha, nhb, hb) \
	BYTEAT(24, ka, kb, nha, ha, nhb, hb)

#define MIX(na, ka, nb, kb) BYTES(ka, kb, 0, V0, 1, V1)

#define MIXTO(na, ka, nb, kb) \
	VMOV V0.B16, V2.B16 \
	VMOV V1.B16, V3.B16 \
	BYTES(ka, kb, 2, V2, 3, V3)

#define TAILBYTE \
	VMOV V0.B16, V2.B16          \
	VMOV V1.B16, V3.B16          \
	BYTE(2, V2, 3, V3)           \
	VBIT V14.B16, V2.B16, V0.B16 \
	VBIT V15.B16, V3.B16, V1.B16

#define TAIL \
	VCMTST V22.S4, V20.S4, V14.S4  \
	VCMTST V22.S4, V21.S4, V15.S4  \
	VMOV V16.B16, V12.B16          \
	VMOV V17.B16, V13.B16          \
	TAILBYTE                       \
	VCMTST V31.S4, V20.S4, V14.S4  \
	VCMTST V31.S4, V21.S4, V15.S4  \
	VUSHR $8, V16.S4, V12.S4       \
	VUSHR $8, V17.S4, V13.S4       \
	TAILBYTE                       \
	VAND V22.B16, V20.B16, V14.B16 \
	VAND V22.B16, V21.B16, V15.B16 \
	VCMEQ V22.S4, V14.S4, V14.S4   \
	VCMEQ V22.S4, V15.S4, V15.S4   \
	VUSHR $16, V16.S4, V12.S4      \
	VUSHR $16, V17.S4, V13.S4      \
	TAILBYTE

#define FINISH

// func fnv1a32Fixed(dst *uint64, data *byte, width, groups int, last *lastBytes, seed uint32)
TEXT ·fnv1a32Fixed(SB), NOSPLIT, $0-44
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
	MOVD last+32(FP), R4
	MOVWU seed+40(FP), R5
#include "lanes32fixed_arm64.h"

// func fnv1a32Ragged(dst *uint64, data *byte, limit *byte, start, end *uint32, order *uint16, groups int, seed uint32)
TEXT ·fnv1a32Ragged(SB), NOSPLIT, $0-60
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD limit+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD order+40(FP), R5
	MOVD groups+48(FP), R6
	MOVWU seed+56(FP), R7
#include "lanes32ragged_arm64.h"
