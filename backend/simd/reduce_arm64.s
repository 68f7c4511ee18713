//go:build !purego

#include "textflag.h"

// func maskNEON(dst *uint32, hashes *uint64, groups int, low uint32)
TEXT ·maskNEON(SB), NOSPLIT, $0-28
	MOVD dst+0(FP), R0
	MOVD hashes+8(FP), R1
	MOVD groups+16(FP), R2
	MOVWU low+24(FP), R3
	VDUP R3, V31.S4
loop:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	VUZP1 V1.S4, V0.S4, V0.S4 // the low words
	VUZP1 V3.S4, V2.S4, V1.S4
	VAND V31.B16, V0.B16, V0.B16
	VAND V31.B16, V1.B16, V1.B16
	VST1.P [V0.S4, V1.S4], 32(R0)
	SUBS $1, R2
	BNE loop
	RET
