//go:build !purego

#include "textflag.h"

// CRC-16 by carry-less multiplication. A key is a polynomial K, its first bit
// that of the highest power, and its CRC is K * x^16 modulo P, the polynomial
// x^16 + x^12 + x^5 + 1. Zeros before a key change nothing, so a key of any
// length is a number of 16-byte chunks: the first bytes of the key that do not
// fill one have zeros before them, which a table look-up puts there while it
// reverses the bytes. (The table look-up gives 0 for places outside of the table.)
//
//   - A chunk is folded into the next: its halves are multiplied by x^192 and
//     x^128, modulo P, which are 16 bits long.
//   - The last chunk is folded to 64 bits: the two words of its high half are
//     multiplied by x^96 and x^64 modulo P.
//   - Barrett: of M with 64 bits, the quotient of M * x^16 by P is the high half
//     of M * floor(x^80 / P), and the CRC is the low end of quotient * P, which
//     is quotient ^ quotient<<5 ^ quotient<<12.
//
// So 8 bytes take one multiplication, 16 bytes take three, and each 16 more two.
// Up to the folding to 64 bits keys are by themselves, behind it in pairs.
//
// No timings were made on arm64. By instructions, a key of 8 bytes takes 6, one of
// 16 takes 12, and one of any length up to 32 takes 38, none of them a branch on its
// length; the tables of package cpu take about 100 for 8 to 16 bytes.

// REDUCE writes the CRCs of the chunks in x and y to x. It needs V20 to V22.
#define REDUCE(x, y) \
	VUXTL2 x.S4, V20.D2             \
	VUXTL2 y.S4, V21.D2             \
	VPMULL V29.D1, V20.D1, V22.Q1   \
	VPMULL2 V29.D2, V20.D2, V20.Q1  \
	VEOR V22.B16, V20.B16, V20.B16  \
	VPMULL V29.D1, V21.D1, V22.Q1   \
	VPMULL2 V29.D2, V21.D2, V21.Q1  \
	VEOR V22.B16, V21.B16, V21.B16  \
	VTRN1 V21.D2, V20.D2, V20.D2    \
	VTRN1 y.D2, x.D2, x.D2          \
	VEOR V20.B16, x.B16, x.B16      \
	BARRETT(x)

// BARRETT turns two polynomials of 64 bits into their CRCs. It needs V20, V21.
#define BARRETT(x) \
	VPMULL V30.D1, x.D1, V20.Q1    \
	VPMULL2 V30.D2, x.D2, V21.Q1   \
	VTRN2 V21.D2, V20.D2, V20.D2   \
	VEOR V20.B16, x.B16, x.B16     \
	VSHL $5, x.D2, V20.D2          \
	VSHL $12, x.D2, V21.D2         \
	VEOR V20.B16, x.B16, x.B16     \
	VEOR V21.B16, x.B16, x.B16     \
	VAND V28.B16, x.B16, x.B16

// FOLD multiplies the halves of x by those of k, and adds next. It needs V20.
#define FOLD(x, k, next) \
	VPMULL k.D1, x.D1, V20.Q1  \
	VPMULL2 k.D2, x.D2, x.Q1   \
	VEOR V20.B16, x.B16, x.B16 \
	VEOR next.B16, x.B16, x.B16

// CONSTANTS fills V23 to V30. V26 is from where the bytes of a reversed key of no
// bytes would come; with n added in each place, of one of n bytes. V24 has x^256
// and x^320, V25 x^128 and x^192, V29 x^64 and x^96, all modulo P.
#define CONSTANTS \
	VMOVI $16, V23.B16                                         \
	VMOVQ $0x8e29, $0x26aa, V24                                \
	VMOVQ $0xaefc, $0x650b, V25                                \
	VMOVQ $0xf8f9fafbfcfdfeff, $0xf0f1f2f3f4f5f6f7, V26        \
	VADD V23.B16, V26.B16, V27.B16                             \
	VMOVQ $0xffff, $0xffff, V28                                \
	VMOVQ $0xb861, $0xd849, V29                                \
	VMOVQ $0x11303471a041b343, $0x11303471a041b343, V30

// func crc16Fixed(dst *uint64, data *byte, width, groups int)
TEXT ·crc16Fixed(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD width+16(FP), R2
	MOVD groups+24(FP), R3
	CONSTANTS
	CMP $8, R2
	BEQ loop8
	CMP $16, R2
	BEQ loop16

	// Any other width, four keys a group: a first chunk of 1 to 16 bytes,
	// and then whole ones.
	SUB $1, R2, R14
	LSR $4, R14, R14
	SUB R14<<4, R2, R15
	VDUP R15, V31.B16
	VADD V26.B16, V31.B16, V31.B16
group:
	MOVD R1, R4
	ADD R2, R4, R5
	ADD R2, R5, R6
	ADD R2, R6, R7
	ADD R2, R7, R1
	VLD1 (R4), [V0.B16]
	VLD1 (R5), [V1.B16]
	VLD1 (R6), [V2.B16]
	VLD1 (R7), [V3.B16]
	VTBL V31.B16, [V0.B16], V0.B16
	VTBL V31.B16, [V1.B16], V1.B16
	VTBL V31.B16, [V2.B16], V2.B16
	VTBL V31.B16, [V3.B16], V3.B16
	MOVD R14, R8
	CBZ R8, reduce
	ADD R15, R4
	ADD R15, R5
	ADD R15, R6
	ADD R15, R7
chunk:
	VLD1.P 16(R4), [V4.B16]
	VLD1.P 16(R5), [V5.B16]
	VLD1.P 16(R6), [V6.B16]
	VLD1.P 16(R7), [V7.B16]
	VTBL V27.B16, [V4.B16], V4.B16
	VTBL V27.B16, [V5.B16], V5.B16
	VTBL V27.B16, [V6.B16], V6.B16
	VTBL V27.B16, [V7.B16], V7.B16
	FOLD(V0, V25, V4)
	FOLD(V1, V25, V5)
	FOLD(V2, V25, V6)
	FOLD(V3, V25, V7)
	SUBS $1, R8
	BNE chunk
reduce:
	REDUCE(V0, V1)
	REDUCE(V2, V3)
	VST1.P [V0.D2], 16(R0)
	VST1.P [V2.D2], 16(R0)
	SUBS $1, R3
	BNE group
	RET

loop8:
	VLD1.P 32(R1), [V0.B16, V1.B16]
	VREV64 V0.B16, V0.B16
	VREV64 V1.B16, V1.B16
	BARRETT(V0)
	BARRETT(V1)
	VST1.P [V0.D2, V1.D2], 32(R0)
	SUBS $1, R3
	BNE loop8
	RET

loop16:
	VLD1.P 64(R1), [V0.B16, V1.B16, V2.B16, V3.B16]
	VTBL V27.B16, [V0.B16], V0.B16
	VTBL V27.B16, [V1.B16], V1.B16
	VTBL V27.B16, [V2.B16], V2.B16
	VTBL V27.B16, [V3.B16], V3.B16
	REDUCE(V0, V1)
	REDUCE(V2, V3)
	VST1.P [V0.D2], 16(R0)
	VST1.P [V2.D2], 16(R0)
	SUBS $1, R3
	BNE loop16
	RET

// HEAD puts the head of the next key, folded to a chunk, into v: so many bytes
// that a multiple of 32 is left. It counts in R17 the keys of which 32 bytes
// cannot be read, and then reads others.
#define HEAD(v) \
	MOVWU.P 4(R3), R9                        \
	MOVWU.P 4(R4), R10                       \
	SUB R9, R10, R11                         \
	CMP $0, R11                              \
	CSET NE, R12                             \
	SUB R12, R11, R12                        \
	LSR $5, R12, R12                         \
	SUB R12<<5, R11, R11                     \
	MOVH R7, (R6)(R8<<1)                     \
	CMP $0, R12                              \
	CINC NE, R8, R8                          \
	ADD $1, R7                               \
	ADD R1, R9                               \
	CMP R2, R9                               \
	CSEL HI, R2, R9, R9                      \
	CINC HI, R17, R17                        \
	VLD1 (R9), [V4.B16, V5.B16]              \
	VDUP R11, V6.B16                         \
	VADD V26.B16, V6.B16, V6.B16             \
	VSUB V23.B16, V6.B16, V7.B16             \
	VTBL V7.B16, [V4.B16, V5.B16], v.B16     \
	VTBL V6.B16, [V4.B16, V5.B16], V6.B16    \
	FOLD(v, V25, V6)

// func crc16Ragged(dst *uint64, data, limit *byte, start, end *uint32, n int, long *uint16) (outside int)
TEXT ·crc16Ragged(SB), NOSPLIT, $0-64
	MOVD dst+0(FP), R0
	MOVD data+8(FP), R1
	MOVD limit+16(FP), R2
	MOVD start+24(FP), R3
	MOVD end+32(FP), R4
	MOVD n+40(FP), R5
	MOVD long+48(FP), R6
	CONSTANTS
	MOVD $0, R7  // number of the key
	MOVD $0, R8  // how many are longer than 32 bytes
	MOVD $0, R17 // how many lie outside
	MOVD R0, R16
heads:
	HEAD(V0)
	HEAD(V1)
	REDUCE(V0, V1)
	VST1.P [V0.D2], 16(R16)
	CMP R5, R7
	BLO heads

	// Then the rest of the longer ones, which begins with the head's CRC: 32
	// bytes at a time in two chunks, so that one does not wait for the other.
	CBZ R8, done
	SUB R5<<2, R3
	SUB R5<<2, R4
long:
	MOVHU.P 2(R6), R7
	MOVWU (R3)(R7<<2), R9
	MOVWU (R4)(R7<<2), R10
	SUB R9, R10, R11
	SUB $1, R11
	LSR $5, R11
	ADD R1, R10
	SUB R11<<5, R10
	MOVD (R0)(R7<<3), R9
	VEOR V4.B16, V4.B16, V4.B16
	VMOV R9, V4.H[7]
	VLD1.P 32(R10), [V0.B16, V1.B16]
	VTBL V27.B16, [V0.B16], V0.B16
	VTBL V27.B16, [V1.B16], V1.B16
	VEOR V4.B16, V0.B16, V0.B16
	SUBS $1, R11
	BEQ last
piece:
	VLD1.P 32(R10), [V4.B16, V5.B16]
	VTBL V27.B16, [V4.B16], V4.B16
	VTBL V27.B16, [V5.B16], V5.B16
	FOLD(V0, V24, V4)
	FOLD(V1, V24, V5)
	SUBS $1, R11
	BNE piece
last:
	FOLD(V0, V25, V1)
	REDUCE(V0, V0)
	VMOV V0.D[0], R9
	MOVD R9, (R0)(R7<<3)
	SUBS $1, R8
	BNE long
done:
	MOVD R17, outside+56(FP)
	RET
