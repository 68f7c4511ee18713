// Instructions on four lanes of 32 bits that Go's assembler for arm64 does not
// know, by the numbers of their registers in its order: the result last.

// MUL Vd.4S, Vn.4S, Vm.4S
#define VMUL_S4(m, n, d) WORD $(0x4ea09c00 | (m)<<16 | (n)<<5 | (d))

// CMGT Vd.4S, Vn.4S, Vm.4S: all ones where n > m, as signed numbers
#define VCMGT_S4(m, n, d) WORD $(0x4ea03400 | (m)<<16 | (n)<<5 | (d))

// CMGT Vd.4S, Vn.4S, #0
#define VCMGT_ZERO_S4(n, d) WORD $(0x4ea08800 | (n)<<5 | (d))

// USHL Vd.4S, Vn.4S, Vm.4S: n shifted left by m, right where m is negative
#define VUSHL_S4(m, n, d) WORD $(0x6ea04400 | (m)<<16 | (n)<<5 | (d))

// SSHR Vd.4S, Vn.4S, #shift: with copies of the sign
#define VSSHR_S4(shift, n, d) WORD $(0x4f000400 | (64-(shift))<<16 | (n)<<5 | (d))

// UMAXV Sd, Vn.4S: the largest lane
#define VUMAXV_S4(n, d) WORD $(0x6eb0a800 | (n)<<5 | (d))

// UMINV Sd, Vn.4S: the smallest lane
#define VUMINV_S4(n, d) WORD $(0x6eb1a800 | (n)<<5 | (d))

// BROADCAST fills a register's lanes of 32 bits with a number. It needs R19.
#define BROADCAST(number, v) \
	MOVD $number, R19 \
	VDUP R19, v.S4

// TRANSPOSE turns four rows of four lanes into columns. It needs V12 to V15.
#define TRANSPOSE(a, b, c, d) \
	VTRN1 b.S4, a.S4, V12.S4   \
	VTRN2 b.S4, a.S4, V13.S4   \
	VTRN1 d.S4, c.S4, V14.S4   \
	VTRN2 d.S4, c.S4, V15.S4   \
	VTRN1 V14.D2, V12.D2, a.D2 \
	VTRN1 V15.D2, V13.D2, b.D2 \
	VTRN2 V14.D2, V12.D2, c.D2 \
	VTRN2 V15.D2, V13.D2, d.D2

// WRITE8 writes the eight hashes of V0 and V1 to R0 on. It needs V4 to V7.
#define WRITE8 \
	VUXTL V0.S2, V4.D2  \
	VUXTL2 V0.S4, V5.D2 \
	VUXTL V1.S2, V6.D2  \
	VUXTL2 V1.S4, V7.D2 \
	VST1.P [V4.D2, V5.D2, V6.D2, V7.D2], 64(R0)
