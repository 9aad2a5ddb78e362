/* Which instruction sets the machine and its operating system offer. */
#ifndef PYCOMP_ARCH_H
#define PYCOMP_ARCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tiers, as bits so that any subset can be asked for. Scalar is always there and has no bit. */
enum {
    PC_ISA_SCALAR = 0,
    PC_ISA_AVX2 = 1 << 0, /* AVX2, BMI1, BMI2, LZCNT, POPCNT, PCLMULQDQ: Haswell, Zen and later */
    PC_ISA_AVX512 = 1
        << 1, /* F, BW, DQ, VL, VBMI, VBMI2, VNNI, VPCLMULQDQ, VPOPCNTDQ, GFNI: Ice Lake, Zen 4 on */
    PC_ISA_NEON = 1 << 2, /* every 64-bit Arm */
    PC_ISA_PMULL = 1 << 3 /* its 64-bit carry-less multiplier, which small boards leave out */
};

/* The tiers usable here: the CPU has them and the OS saves their registers. */
uint32_t pc_isa_detect(void);

#ifdef __cplusplus
}
#endif

#endif
