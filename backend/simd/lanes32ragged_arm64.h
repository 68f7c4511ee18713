// The body of a kernel of lanes32_arm64.s for keys of any length, in the terms
// of the function that is defined there.
//
// R0 dst, R1 data, R2 the last place of data from which 16 bytes can be read,
// R3 starts of the keys, R4 their ends, R5 numbers of the keys that are hashed,
// R6 groups of eight of them (at least one), R7 seed. All of these keys end
// 16 bytes or more before the end of data.

// KEY reads where the next key lies: its first byte to p, and its length and
// the word that holds its tail to the lane. (Where there is no tail, the word
// is not the key's: it is masked below.)
#define KEY(p, lengths, tails, lane) \
	MOVHU.P 2(R5), R8                \
	MOVWU (R3)(R8<<2), R9            \
	MOVWU (R4)(R8<<2), R20           \
	SUB R9, R20, R20                 \
	ADD R1, R9, p                    \
	VMOV R20, lengths.S[lane]        \
	AND $~3, R20, R20                \
	ADD p, R20, R20                  \
	VLD1 (R20), tails.S[lane]

// CLAMP keeps the pointer of a key that is done inside of data.
#define CLAMP(p) \
	CMP R2, p \
	CSEL HI, R2, p, p

// CUTTAIL clears the bytes of the tail words that are behind the key's end: all
// of them, where the length is a multiple of 4. What is kept are ones that are
// shifted to the right, by 32 - 8 * bytes. It needs V12, V13.
#define CUTTAIL(lengths, tails) \
	VAND V22.B16, lengths.B16, V12.B16 \
	VSUB V23.S4, V12.S4, V12.S4        \
	VSHL $3, V12.S4, V12.S4            \
	VCMEQ V13.B16, V13.B16, V13.B16    \
	VUSHL_S4(12, 13, 12)               \
	VAND V12.B16, tails.B16, tails.B16

// MASKED mixes a word into the lanes that have more words left than before says.
#define MASKED(na, ka, nb, kb, compare) \
	MIXTO(na, ka, nb, kb)         \
	compare                       \
	VBIT V14.B16, V2.B16, V0.B16  \
	VBIT V15.B16, V3.B16, V1.B16

// PUT writes the hash of a lane to the place of its key.
#define PUT(at, lane, v) \
	MOVHU at(R5), R8   \
	VMOV v.S[lane], R9 \
	MOVD R9, (R0)(R8<<3)

#define LEFT0 VCMGT_ZERO_S4(18, 14); VCMGT_ZERO_S4(19, 15)
#define LEFT1 VCMGT_S4(30, 18, 14); VCMGT_S4(30, 19, 15)
#define LEFT2 VCMGT_S4(31, 18, 14); VCMGT_S4(31, 19, 15)
#define LEFT3 VCMGT_S4(22, 18, 14); VCMGT_S4(22, 19, 15)

	BROADCAST(3, V22)
	BROADCAST(4, V23)
	VDUP R7, V24.S4
	BROADCAST(1, V30)
	BROADCAST(2, V31)
	CONSTANTS
group:
	KEY(R10, V20, V16, 0)
	KEY(R11, V20, V16, 1)
	KEY(R12, V20, V16, 2)
	KEY(R13, V20, V16, 3)
	KEY(R14, V21, V17, 0)
	KEY(R15, V21, V17, 1)
	KEY(R16, V21, V17, 2)
	KEY(R17, V21, V17, 3)
	CUTTAIL(V20, V16)
	CUTTAIL(V21, V17)
	VUSHR $2, V20.S4, V18.S4 // words left
	VUSHR $2, V21.S4, V19.S4
	VUMIN V18.S4, V19.S4, V12.S4
	VUMAX V18.S4, V19.S4, V13.S4
	VUMINV_S4(12, 12)
	VUMAXV_S4(13, 13)
	VMOV V12.S[0], R7
	VMOV V13.S[0], R8
	INIT
	LSR $2, R7, R7 // chunks of 16 bytes that all keys have
	ADD $3, R8, R8
	LSR $2, R8, R8 // and that the longest has
	SUB R7, R8, R8
	CBZ R7, rest
	LSL $2, R7, R9
	VDUP R9, V12.S4
	VSUB V12.S4, V18.S4, V18.S4
	VSUB V12.S4, V19.S4, V19.S4
common:
	VLD1.P 16(R10), [V4.B16]
	VLD1.P 16(R11), [V5.B16]
	VLD1.P 16(R12), [V6.B16]
	VLD1.P 16(R13), [V7.B16]
	VLD1.P 16(R14), [V8.B16]
	VLD1.P 16(R15), [V9.B16]
	VLD1.P 16(R16), [V10.B16]
	VLD1.P 16(R17), [V11.B16]
	TRANSPOSE(V4, V5, V6, V7)
	TRANSPOSE(V8, V9, V10, V11)
	MIX(4, V4, 8, V8)
	MIX(5, V5, 9, V9)
	MIX(6, V6, 10, V10)
	MIX(7, V7, 11, V11)
	SUBS $1, R7
	BNE common
rest:
	CBZ R8, tail
masked:
	CLAMP(R10)
	CLAMP(R11)
	CLAMP(R12)
	CLAMP(R13)
	CLAMP(R14)
	CLAMP(R15)
	CLAMP(R16)
	CLAMP(R17)
	VLD1.P 16(R10), [V4.B16]
	VLD1.P 16(R11), [V5.B16]
	VLD1.P 16(R12), [V6.B16]
	VLD1.P 16(R13), [V7.B16]
	VLD1.P 16(R14), [V8.B16]
	VLD1.P 16(R15), [V9.B16]
	VLD1.P 16(R16), [V10.B16]
	VLD1.P 16(R17), [V11.B16]
	TRANSPOSE(V4, V5, V6, V7)
	TRANSPOSE(V8, V9, V10, V11)
	MASKED(4, V4, 8, V8, LEFT0)
	MASKED(5, V5, 9, V9, LEFT1)
	MASKED(6, V6, 10, V10, LEFT2)
	MASKED(7, V7, 11, V11, LEFT3)
	VSUB V23.S4, V18.S4, V18.S4
	VSUB V23.S4, V19.S4, V19.S4
	SUBS $1, R8
	BNE masked
tail:
	TAIL
	FINISH
	PUT(-16, 0, V0)
	PUT(-14, 1, V0)
	PUT(-12, 2, V0)
	PUT(-10, 3, V0)
	PUT(-8, 0, V1)
	PUT(-6, 1, V1)
	PUT(-4, 2, V1)
	PUT(-2, 3, V1)
	SUBS $1, R6
	BNE group
	RET

#undef KEY
#undef CLAMP
#undef CUTTAIL
#undef MASKED
#undef PUT
#undef LEFT0
#undef LEFT1
#undef LEFT2
#undef LEFT3
