/* CRC-32 by PCLMULQDQ: eight registers fold 128 bytes at a time, which keeps the multiplier busy through
 * its latency. See checksum/crc32_common.h. */
#include "arch/variants.h"
#include "base/compiler.h"

#if PC_X86
#include "arch/x86/crc32_clmul.h"

enum { LANES = 8, STEP = 16 * LANES };

PC_TARGET_AVX2 static uint32_t long_run(__m128i first, const uint8_t *src, size_t n)
{
    __m128i v[LANES], fold = crc32_pair(PC_CRC32_FOLD_1024);
    v[0] = first;
    for (size_t i = 1; i < LANES; i++) v[i] = crc32_load(src + 16 * i);
    for (src += STEP, n -= STEP; n >= STEP; src += STEP, n -= STEP)
        for (size_t i = 0; i < LANES; i++) v[i] = crc32_fold(v[i], fold, crc32_load(src + 16 * i));

    fold = crc32_pair(PC_CRC32_FOLD_512);
    for (size_t i = 0; i < 4; i++) v[i] = crc32_fold(v[i], fold, v[i + 4]);
    fold = crc32_pair(PC_CRC32_FOLD_256);
    for (size_t i = 0; i < 2; i++) v[i] = crc32_fold(v[i], fold, v[i + 2]);
    return crc32_finish(crc32_fold(v[0], crc32_pair(PC_CRC32_FOLD_128), v[1]), src, n);
}

PC_TARGET_AVX2 uint32_t pc_crc32_avx2(uint32_t crc, const uint8_t *src, size_t n)
{
    if (n < 16) return pc_crc32_scalar(crc, src, n);
    __m128i first = _mm_xor_si128(crc32_load(src), _mm_cvtsi32_si128((int)~crc));
    return n < STEP ? crc32_finish(first, src + 16, n - 16) : long_run(first, src, n);
}

#endif
