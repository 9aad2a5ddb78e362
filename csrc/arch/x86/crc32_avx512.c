/* CRC-32 by VPCLMULQDQ: four registers of four lanes fold 256 bytes at a time. See
 * checksum/crc32_common.h. */
#include "arch/variants.h"
#include "base/compiler.h"

#if PC_X86
#include "arch/x86/crc32_clmul.h"

enum { REGISTERS = 4, STEP = 64 * REGISTERS };

PC_TARGET_AVX512 PC_INLINE __m512i load(const uint8_t *p) { return _mm512_loadu_si512(p); }

PC_TARGET_AVX512 PC_INLINE __m512i fold_wide(__m512i v, __m512i fold, __m512i there)
{
    __m512i h = _mm512_clmulepi64_epi128(v, fold, 0x00), l = _mm512_clmulepi64_epi128(v, fold, 0x11);
    return _mm512_ternarylogic_epi64(h, l, there, 0x96);
}

PC_TARGET_AVX512 PC_INLINE __m512i pair(uint64_t high_degrees, uint64_t low_degrees)
{
    return _mm512_broadcast_i32x4(crc32_pair(high_degrees, low_degrees));
}

PC_TARGET_AVX512 static uint32_t long_run(uint32_t crc, const uint8_t *src, size_t n)
{
    __m512i v[REGISTERS], fold = pair(PC_CRC32_FOLD_2048);
    for (size_t i = 0; i < REGISTERS; i++) v[i] = load(src + 64 * i);
    v[0] = _mm512_xor_si512(v[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~crc)));
    for (src += STEP, n -= STEP; n >= STEP; src += STEP, n -= STEP)
        for (size_t i = 0; i < REGISTERS; i++) v[i] = fold_wide(v[i], fold, load(src + 64 * i));

    fold = pair(PC_CRC32_FOLD_1024);
    v[0] = fold_wide(v[0], fold, v[2]);
    v[1] = fold_wide(v[1], fold, v[3]);
    fold = pair(PC_CRC32_FOLD_512);
    v[0] = fold_wide(v[0], fold, v[1]);
    for (; n >= 64; src += 64, n -= 64) v[0] = fold_wide(v[0], fold, load(src));

    __m128i end = _mm512_extracti32x4_epi32(v[0], 3);
    end = crc32_fold(_mm512_extracti32x4_epi32(v[0], 2), crc32_pair(PC_CRC32_FOLD_128), end);
    end = crc32_fold(_mm512_extracti32x4_epi32(v[0], 1), crc32_pair(PC_CRC32_FOLD_256), end);
    end = crc32_fold(_mm512_castsi512_si128(v[0]), crc32_pair(PC_CRC32_FOLD_384), end);
    return crc32_finish(end, src, n);
}

PC_TARGET_AVX512 uint32_t pc_crc32_avx512(uint32_t crc, const uint8_t *src, size_t n)
{
    if (n >= STEP) return long_run(crc, src, n);
    if (n < 16) return pc_crc32_scalar(crc, src, n);
    __m128i first = _mm_xor_si128(crc32_load(src), _mm_cvtsi32_si128((int)~crc));
    return crc32_finish(first, src + 16, n - 16);
}

#endif
