// The body of a kernel of crc_arm64.s for keys of any length, with the pad of its
// polynomial: R0 dst, R1 data, R2 pad, R3 starts of the keys, R4 their ends, R5
// number of keys (at least one), R6 memory for as many numbers.
//
// First the head of each key, so many bytes that a multiple of 32 is left: all
// keys of up to 32 bytes are done with it.

	MOVD $0, R7            // number of the key
	MOVD $0, R8            // how many are longer
	ADD $64, R2, R20       // the pad's states
head:
	MOVWU.P 4(R3), R9
	MOVWU.P 4(R4), R10
	SUB R9, R10, R11       // length
	CMP $0, R11
	CSET NE, R12
	SUB R12, R11, R12
	LSR $5, R12, R12       // pieces of 32 bytes behind the head
	SUB R12<<5, R11, R11   // bytes of the head, 0 to 32
	MOVH R7, (R6)(R8<<1)   // is kept if there are pieces
	CMP $0, R12
	CINC NE, R8, R8
	ADD R11, R9, R10
	CMP $32, R10
	BLO front
	ADD R1, R10
	LDP -32(R10), (R12, R13)
	LDP -16(R10), (R14, R15)
	ADD R2, R11, R10
	LDP (R10), (R16, R17)
	LDP 16(R10), (R21, R22)
	AND R16, R12
	AND R17, R13
	AND R21, R14
	AND R22, R15
	MOVWU (R20)(R11<<2), R9
	CRCX R12, R9
	CRCX R13, R9
	CRCX R14, R9
	CRCX R15, R9
headdone:
	MVNW R9, R9
	MOVD R9, (R0)(R7<<3)
	ADD $1, R7
	CMP R5, R7
	BLO head

	// Then the rest of the longer ones.
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
	MVNW R9, R9
piece:
	LDP.P 16(R10), (R12, R13)
	LDP.P 16(R10), (R14, R15)
	CRCX R12, R9
	CRCX R13, R9
	CRCX R14, R9
	CRCX R15, R9
	SUBS $1, R11
	BNE piece
	MVNW R9, R9
	MOVD R9, (R0)(R7<<3)
	SUBS $1, R8
	BNE long
done:
	RET

	// Where data begins, 32 bytes cannot be read backwards.
front:
	ADD R1, R9, R10
	MOVD $0xffffffff, R9
	CBZ R11, headdone
byte:
	MOVBU.P 1(R10), R12
	CRCB R12, R9
	SUBS $1, R11
	BNE byte
	B headdone
