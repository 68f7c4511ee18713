// The body of a fixed-width kernel of lanes32_arm64.s, in the terms of the
// function that is defined there.
//
// R0 dst, R1 data, R2 width, R3 groups of eight keys (at least one), R4 what
// brings the last bytes of a key to the front, R5 seed.

	VDUP R2, V20.S4
	VDUP R2, V21.S4
	BROADCAST(3, V22)
	VDUP R5, V24.S4
	VLD1 (R4), [V30.B16]
	BROADCAST(2, V31)
	CONSTANTS
	CMP $4, R2
	BEQ loop4
	CMP $8, R2
	BEQ loop8
	CMP $16, R2
	BEQ loop16

	// Any other width: 16 bytes of each key at a time, then, if bytes are
	// left, the last 16 of the key once more (all of it, if it has fewer)
	// with the bytes that are left in front and zeros behind.
	LSR $4, R2, R14        // chunks
	AND $15, R2, R15       // bytes left,
	LSR $2, R15, R16       // which are words
	AND $3, R2, R17        // and bytes
	MOVD $0, R20           // from where they are read, as seen from behind the chunks
	SUB $16, R15, R21
	CMP $0, R14
	CSEL NE, R21, R20, R20
group:
	MOVD R1, R6
	ADD R2, R6, R7
	ADD R2, R7, R8
	ADD R2, R8, R9
	ADD R2, R9, R10
	ADD R2, R10, R11
	ADD R2, R11, R12
	ADD R2, R12, R13
	ADD R2, R13, R1
	INIT
	MOVD R14, R21
	CBZ R21, last
chunk:
	VLD1.P 16(R6), [V4.B16]
	VLD1.P 16(R7), [V5.B16]
	VLD1.P 16(R8), [V6.B16]
	VLD1.P 16(R9), [V7.B16]
	VLD1.P 16(R10), [V8.B16]
	VLD1.P 16(R11), [V9.B16]
	VLD1.P 16(R12), [V10.B16]
	VLD1.P 16(R13), [V11.B16]
	TRANSPOSE(V4, V5, V6, V7)
	TRANSPOSE(V8, V9, V10, V11)
	MIX(4, V4, 8, V8)
	MIX(5, V5, 9, V9)
	MIX(6, V6, 10, V10)
	MIX(7, V7, 11, V11)
	SUBS $1, R21
	BNE chunk
last:
	CBZ R15, done
	ADD R20, R6
	ADD R20, R7
	ADD R20, R8
	ADD R20, R9
	ADD R20, R10
	ADD R20, R11
	ADD R20, R12
	ADD R20, R13
	VLD1 (R6), [V4.B16]
	VLD1 (R7), [V5.B16]
	VLD1 (R8), [V6.B16]
	VLD1 (R9), [V7.B16]
	VLD1 (R10), [V8.B16]
	VLD1 (R11), [V9.B16]
	VLD1 (R12), [V10.B16]
	VLD1 (R13), [V11.B16]
	VTBL V30.B16, [V4.B16], V4.B16
	VTBL V30.B16, [V5.B16], V5.B16
	VTBL V30.B16, [V6.B16], V6.B16
	VTBL V30.B16, [V7.B16], V7.B16
	VTBL V30.B16, [V8.B16], V8.B16
	VTBL V30.B16, [V9.B16], V9.B16
	VTBL V30.B16, [V10.B16], V10.B16
	VTBL V30.B16, [V11.B16], V11.B16
	TRANSPOSE(V4, V5, V6, V7)
	TRANSPOSE(V8, V9, V10, V11)
	VMOV V4.B16, V16.B16
	VMOV V8.B16, V17.B16
	CBZ R16, tail
	MIX(4, V4, 8, V8)
	VMOV V5.B16, V16.B16
	VMOV V9.B16, V17.B16
	CMP $1, R16
	BEQ tail
	MIX(5, V5, 9, V9)
	VMOV V6.B16, V16.B16
	VMOV V10.B16, V17.B16
	CMP $2, R16
	BEQ tail
	MIX(6, V6, 10, V10)
	VMOV V7.B16, V16.B16
	VMOV V11.B16, V17.B16
tail:
	CBZ R17, done
	TAIL
done:
	FINISH
	WRITE8
	SUBS $1, R3
	BNE group
	RET

loop4:
	VLD1.P 32(R1), [V4.S4, V5.S4]
	INIT
	MIX(4, V4, 5, V5)
	FINISH
	WRITE8
	SUBS $1, R3
	BNE loop4
	RET

loop8:
	VLD1.P 64(R1), [V12.S4, V13.S4, V14.S4, V15.S4]
	VUZP1 V13.S4, V12.S4, V4.S4
	VUZP2 V13.S4, V12.S4, V5.S4
	VUZP1 V15.S4, V14.S4, V8.S4
	VUZP2 V15.S4, V14.S4, V9.S4
	INIT
	MIX(4, V4, 8, V8)
	MIX(5, V5, 9, V9)
	FINISH
	WRITE8
	SUBS $1, R3
	BNE loop8
	RET

loop16:
	VLD1.P 64(R1), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R1), [V8.S4, V9.S4, V10.S4, V11.S4]
	TRANSPOSE(V4, V5, V6, V7)
	TRANSPOSE(V8, V9, V10, V11)
	INIT
	MIX(4, V4, 8, V8)
	MIX(5, V5, 9, V9)
	MIX(6, V6, 10, V10)
	MIX(7, V7, 11, V11)
	FINISH
	WRITE8
	SUBS $1, R3
	BNE loop16
	RET
