/* Quantisation: the common case, floats to the nearest integers, in one pass, the rest compiled for AVX2; and
 * packing by BMI2: pext takes the low bits of eight bytes at once, pdep puts them back. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "quant/quant_common.h"

PC_QUANT_KERNELS(PC_TARGET_AVX2, static, any)

#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)

/* Eight codes; *greatest gathers magnitudes. */
PC_TARGET_AVX2 PC_INLINE __m256i nearest(const pc_quant_chunk *c, unsigned i, __m256i *greatest)
{
    const __m256i low = _mm256_set1_epi32(c->how->low), high = _mm256_set1_epi32(c->how->high);
    __m256 v = _mm256_loadu_ps((const float *)c->numbers + i);
    __m256i zero = LOAD(c->zeros + i), magnitude = _mm256_set1_epi32(PC_QUANT_MAGNITUDE);
    *greatest = _mm256_max_epi32(*greatest, _mm256_and_si256(_mm256_castps_si256(v), magnitude));
    v = _mm256_div_ps(v, _mm256_loadu_ps((const float *)c->scales + i));
    v = _mm256_max_ps(v, _mm256_cvtepi32_ps(_mm256_sub_epi32(low, zero)));
    v = _mm256_min_ps(v, _mm256_cvtepi32_ps(_mm256_sub_epi32(high, zero)));
    return _mm256_add_epi32(_mm256_cvtps_epi32(v), zero);
}

PC_TARGET_AVX2 int pc_quant_encode_avx2(const pc_quant_chunk *c)
{
    if (!pc_quant_is_plain(c)) return pc_quant_encode_any(c);
    /* Packing saturates, which codes of less than their type's bits never meet but for the sign. */
    const __m256i keep = _mm256_set1_epi32(c->how->code_bytes == 1 ? 0xff : 0xffff);
    __m256i greatest = _mm256_setzero_si256();
    unsigned n = PC_QUANT_WHOLE(c->n);
    for (unsigned i = 0; i < n; i += 16) {
        __m256i a = _mm256_and_si256(nearest(c, i, &greatest), keep);
        __m256i b = _mm256_and_si256(nearest(c, i + 8, &greatest), keep);
        a = _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
        if (c->how->code_bytes == 1)
            _mm_storeu_si128((__m128i *)(void *)(c->codes + i),
                             _mm_packus_epi16(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1)));
        else
            STORE(c->codes + 2 * i, a);
    }
    greatest = _mm256_cmpgt_epi32(greatest, _mm256_set1_epi32(PC_QUANT_GREATEST));
    return _mm256_testz_si256(greatest, greatest);
}

PC_TARGET_AVX2 void pc_quant_decode_avx2(const pc_quant_chunk *c)
{
    if (!pc_quant_is_plain(c)) {
        pc_quant_decode_any(c);
        return;
    }
    const __m256i sign = _mm256_set1_epi32(pc_quant_sign(c->how));
    unsigned n = PC_QUANT_WHOLE(c->n);
    for (unsigned i = 0; i < n; i += 8) {
        __m256i v;
        if (c->how->code_bytes == 1)
            v = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(c->codes + i)));
        else
            v = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(c->codes + 2 * i)));
        v = _mm256_sub_epi32(_mm256_sub_epi32(_mm256_xor_si256(v, sign), sign), LOAD(c->zeros + i));
        __m256 scale = _mm256_loadu_ps((const float *)c->scales + i);
        _mm256_storeu_ps((float *)c->numbers + i, _mm256_mul_ps(_mm256_cvtepi32_ps(v), scale));
    }
}

PC_TARGET_AVX2 void pc_quant_range_avx2(const void *src, int is_double, size_t n, void *low, void *high)
{
    if (is_double || n < 16) {
        pc_quant_range_any(src, is_double, n, low, high);
        return;
    }
    const float *x = src;
    const __m256i magnitude = _mm256_set1_epi32(PC_QUANT_MAGNITUDE);
    __m256 least[2], most[2];
    __m256i greatest[2];
    for (unsigned k = 0; k < 2; k++)
        least[k] = most[k] = _mm256_loadu_ps(x + 8 * k), greatest[k] = _mm256_setzero_si256();
    for (size_t i = 0; i < n; i += 16) {
        const float *p = x + PC_MIN(i, n - 16);
        for (unsigned k = 0; k < 2; k++) {
            __m256 v = _mm256_loadu_ps(p + 8 * k);
            least[k] = _mm256_min_ps(v, least[k]);
            most[k] = _mm256_max_ps(v, most[k]);
            greatest[k] = _mm256_max_epi32(greatest[k], _mm256_and_si256(_mm256_castps_si256(v), magnitude));
        }
    }
    float lows[8], highs[8];
    int32_t magnitudes[8];
    _mm256_storeu_ps(lows, _mm256_min_ps(least[0], least[1]));
    _mm256_storeu_ps(highs, _mm256_max_ps(most[0], most[1]));
    STORE(magnitudes, _mm256_max_epi32(greatest[0], greatest[1]));
    for (unsigned k = 1; k < 8; k++) {
        lows[0] = PC_MIN(lows[k], lows[0]), highs[0] = PC_MAX(highs[k], highs[0]);
        magnitudes[0] = PC_MAX(magnitudes[k], magnitudes[0]);
    }
    pc_quant_set_range(magnitudes[0], (const float[2]){lows[0], highs[0]}, low, high);
}

PC_TARGET_AVX2 double pc_quant_error_avx2(const pc_quant_chunk *c) { return pc_quant_error_any(c); }

PC_TARGET_AVX2 void pc_code_pack_avx2(const uint8_t *codes, size_t groups, unsigned bits, uint8_t *dst)
{
    uint64_t mask = ((1u << bits) - 1) * 0x0101010101010101u;
    /* A store of eight bytes writes over what comes next: the last groups must not. */
    for (; groups * bits >= 8; groups--, codes += 8, dst += bits)
        pc_store64(dst, _pext_u64(pc_load64(codes), mask));
    pc_code_pack_scalar(codes, groups, bits, dst);
}

PC_TARGET_AVX2 void pc_code_unpack_avx2(const uint8_t *src, size_t groups, unsigned bits, uint8_t *codes)
{
    uint64_t mask = ((1u << bits) - 1) * 0x0101010101010101u;
    for (; groups * bits >= 8; groups--, src += bits, codes += 8)
        pc_store64(codes, _pdep_u64(pc_load64(src), mask));
    pc_code_unpack_scalar(src, groups, bits, codes);
}

#endif
