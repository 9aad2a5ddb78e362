/* Copying around the cache: whole lines by non-temporal stores, two to a line; what is left at either end as
 * ever. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"

enum { LINE = 64 };

PC_TARGET_AVX2 void pc_stream_copy_avx2(void *dst, const void *src, size_t n)
{
    uint8_t *to = dst;
    const uint8_t *from = src;
    if (n < 4 * LINE) {
        if (n != 0) memcpy(to, from, n);
        return;
    }
    size_t head = (LINE - (uintptr_t)to % LINE) % LINE;
    memcpy(to, from, head);
    to += head, from += head, n -= head;
    for (; n >= LINE; n -= LINE, to += LINE, from += LINE) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)from);
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(from + LINE / 2));
        _mm256_stream_si256((__m256i *)(void *)to, low);
        _mm256_stream_si256((__m256i *)(void *)(to + LINE / 2), high);
    }
    memcpy(to, from, n);
}

PC_TARGET_AVX2 void pc_stream_end_avx2(void) { _mm_sfence(); }

#endif
