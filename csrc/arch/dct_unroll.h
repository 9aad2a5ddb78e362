/* For the DCT's templates: loops of fixed length that must be unrolled for their arrays to live in registers
 * (clang does it unasked, and warns where it is asked and cannot), and no fusing of products with sums (gcc:
 * implied by -std=c11), for every tier must round alike. */
#ifndef PC_ARCH_DCT_UNROLL_H
#define PC_ARCH_DCT_UNROLL_H

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

#if defined(PC_UNROLL)
/* the includer knows better */
#elif defined(__GNUC__) && !defined(__clang__) && defined(PC_FEW_REGISTERS)
#define PC_UNROLL _Pragma("GCC unroll 8")
#elif defined(__GNUC__) && !defined(__clang__)
#define PC_UNROLL _Pragma("GCC unroll 32")
#else
#define PC_UNROLL
#endif

#endif
