/* The fast loop of the inflater with BMI2's shifts, which take their count from any register and leave the
 * flags alone, and copies of two 16-byte vectors at once, as more distances are shorter than 32 than lengths
 * are longer. A pattern shorter than a vector is spread over it by a shuffle. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "base/mem.h"

/* Row d repeats 0 .. d - 1; row 0 is not used. */
#define ROW(d)                                                                                               \
    {0 % d, 1 % d, 2 % d,  3 % d,  4 % d,  5 % d,  6 % d,  7 % d,                                            \
     8 % d, 9 % d, 10 % d, 11 % d, 12 % d, 13 % d, 14 % d, 15 % d}
static const uint8_t spread[16][16] = {ROW(1), ROW(1), ROW(2),  ROW(3),  ROW(4),  ROW(5),  ROW(6),  ROW(7),
                                       ROW(8), ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)};
/* The most whole periods that fit 16 bytes, in bytes. */
static const uint8_t whole[16] = {0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15};

PC_INLINE PC_TARGET_AVX2 void copy_16(uint8_t *dst, const uint8_t *src)
{
    _mm_storeu_si128((__m128i *)(void *)dst, _mm_loadu_si128((const __m128i *)(const void *)src));
}

PC_INLINE PC_TARGET_AVX2 void copy_match(uint8_t *dst, size_t dist, size_t length)
{
    const uint8_t *src = dst - dist;
    const uint8_t *end = dst + length;
    if (PC_LIKELY(dist - 1 >= 15)) { /* also an empty match, whose distance is 0 */
        copy_16(dst, src);
        copy_16(dst + 16, src + 16);
        while (PC_UNLIKELY(length > 32)) {
            dst += 32;
            src += 32;
            length -= 32;
            copy_16(dst, src);
            copy_16(dst + 16, src + 16);
        }
        return;
    }
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)src);
    bytes = _mm_shuffle_epi8(bytes, _mm_loadu_si128((const __m128i *)(const void *)spread[dist]));
    size_t step = whole[dist];
    do {
        _mm_storeu_si128((__m128i *)(void *)dst, bytes);
        dst += step;
    } while (dst < end);
}

#define INFLATE_FAST pc_inflate_fast_avx2
#define INFLATE_TARGET PC_TARGET_AVX2
#define INFLATE_LOW_BITS(value, n) _bzhi_u64(value, n)
#define INFLATE_COPY copy_match
#include "deflate/inflate_fast_common.h"

#endif
