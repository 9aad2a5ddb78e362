/* For the DCT's templates: loops of fixed length that must be unrolled for their arrays to live in registers
 * (clang does it unasked, and warns where it is asked and cannot), functions of which one copy is enough (gcc
 * makes one for each constant argument otherwise), and no fusing of products with sums (gcc: implied by
 * -std=c11), for every tier must round alike. */
#ifndef PC_ARCH_DCT_UNROLL_H
#define PC_ARCH_DCT_UNROLL_H

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

#if defined(__GNUC__) && !defined(__clang__)
#define PC_UNROLL _Pragma("GCC unroll 16")
#define PC_ONCE __attribute__((noinline, noclone))
#else
#define PC_UNROLL
#define PC_ONCE PC_NOINLINE
#endif

#endif
