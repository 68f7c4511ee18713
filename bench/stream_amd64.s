//go:build !purego

#include "textflag.h"

// Written by hand: they are short, and nothing else is to be learnt from memory
// than how fast it is. A step is 128 bytes, four vectors of 32.

// func readAVX2(in *byte, vectors int) uint64
TEXT ·readAVX2(SB), NOSPLIT, $0-24
	MOVQ  in+0(FP), SI
	MOVQ  vectors+8(FP), CX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	TESTQ CX, CX
	JZ    done

loop:
	VPXOR (SI), Y0, Y0
	VPXOR 32(SI), Y1, Y1
	VPXOR 64(SI), Y2, Y2
	VPXOR 96(SI), Y3, Y3
	ADDQ  $128, SI
	DECQ  CX
	JNZ   loop

done:
	VPXOR Y1, Y0, Y0
	VPXOR Y3, Y2, Y2
	VPXOR Y2, Y0, Y0
	VMOVQ X0, AX
	VZEROUPPER
	MOVQ  AX, ret+16(FP)
	RET

// func writeAVX2(out *byte, vectors int)
TEXT ·writeAVX2(SB), NOSPLIT, $0-16
	MOVQ  out+0(FP), DI
	MOVQ  vectors+8(FP), CX
	VPXOR Y0, Y0, Y0
	TESTQ CX, CX
	JZ    done

loop:
	VMOVDQU Y0, (DI)
	VMOVDQU Y0, 32(DI)
	VMOVDQU Y0, 64(DI)
	VMOVDQU Y0, 96(DI)
	ADDQ    $128, DI
	DECQ    CX
	JNZ     loop

done:
	VZEROUPPER
	RET

// func writeNonTemporalAVX2(out *byte, vectors int)
TEXT ·writeNonTemporalAVX2(SB), NOSPLIT, $0-16
	MOVQ  out+0(FP), DI
	MOVQ  vectors+8(FP), CX
	VPXOR Y0, Y0, Y0
	TESTQ CX, CX
	JZ    done

loop:
	VMOVNTDQ Y0, (DI)
	VMOVNTDQ Y0, 32(DI)
	VMOVNTDQ Y0, 64(DI)
	VMOVNTDQ Y0, 96(DI)
	ADDQ     $128, DI
	DECQ     CX
	JNZ      loop

done:
	SFENCE
	VZEROUPPER
	RET
