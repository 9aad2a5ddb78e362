/* The 128-bit product of two 64-bit numbers: one instruction where the compiler can say it, four
 * 32-bit products (schoolbook) where it can't. */
#ifndef PC_BASE_MUL128_H
#define PC_BASE_MUL128_H

#include "base/compiler.h"

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

PC_INLINE uint64_t pc_mul128(uint64_t a, uint64_t b, uint64_t *high)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 u128;
    u128 product = (u128)a * b;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
#elif defined(_MSC_VER) && defined(_M_X64)
    return _umul128(a, b, high);
#elif defined(_MSC_VER) && defined(_M_ARM64)
    *high = __umulh(a, b);
    return a * b;
#else
    uint64_t al = a & 0xffffffffu, ah = a >> 32, bl = b & 0xffffffffu, bh = b >> 32;
    uint64_t low = al * bl, middle = ah * bl + (low >> 32), cross = al * bh + (middle & 0xffffffffu);
    *high = ah * bh + (middle >> 32) + (cross >> 32);
    return (cross << 32) | (low & 0xffffffffu);
#endif
}

#endif
