/* Byte and bit planes in vectors of 64 bytes.
 *
 * Splitting: one byte permutation gathers each vector's bytes by plane, and a square transpose of blocks of
 * 64 / width bytes hands every plane its blocks. Merging runs both backwards. Bits go through mask registers:
 * the top bits of 64 bytes are one instruction, doubling the bytes brings the next bit to the top. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"
#include "transform/shuffle_common.h"

#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)

/* index[j] = where plane j / (64 / width)'s byte j % (64 / width) stands in a vector; inverse: back. */
PC_TARGET_AVX512 PC_INLINE __m512i plane_index(unsigned width, int inverse)
{
    uint8_t index[64];
    unsigned run = 64 / width;
    for (unsigned j = 0; j < 64; j++) {
        unsigned from = j % run * width + j / run;
        if (inverse)
            index[from] = (uint8_t)j;
        else
            index[j] = (uint8_t)from;
    }
    return LOAD(index);
}

/* Square transposes of w vectors in blocks of 64 / w bytes; each its own inverse. */
PC_TARGET_AVX512 PC_INLINE void transpose2(__m512i v[2])
{
    __m512i a = v[0], b = v[1];
    v[0] = _mm512_shuffle_i64x2(a, b, 0x44);
    v[1] = _mm512_shuffle_i64x2(a, b, 0xee);
}

PC_TARGET_AVX512 PC_INLINE void transpose4(__m512i v[4])
{
    __m512i a = _mm512_shuffle_i64x2(v[0], v[1], 0x44), b = _mm512_shuffle_i64x2(v[2], v[3], 0x44);
    __m512i c = _mm512_shuffle_i64x2(v[0], v[1], 0xee), d = _mm512_shuffle_i64x2(v[2], v[3], 0xee);
    v[0] = _mm512_shuffle_i64x2(a, b, 0x88);
    v[1] = _mm512_shuffle_i64x2(a, b, 0xdd);
    v[2] = _mm512_shuffle_i64x2(c, d, 0x88);
    v[3] = _mm512_shuffle_i64x2(c, d, 0xdd);
}

/* Pairs of 64-bit blocks first, then the 4 x 4 of what is now pairs in 128 bits, twice. */
PC_TARGET_AVX512 PC_INLINE void transpose8(__m512i v[8])
{
    __m512i even[4], odd[4];
    for (unsigned i = 0; i < 4; i++) {
        even[i] = _mm512_unpacklo_epi64(v[2 * i], v[2 * i + 1]);
        odd[i] = _mm512_unpackhi_epi64(v[2 * i], v[2 * i + 1]);
    }
    transpose4(even);
    transpose4(odd);
    for (unsigned i = 0; i < 4; i++) v[2 * i] = even[i], v[2 * i + 1] = odd[i];
}

PC_TARGET_AVX512 PC_INLINE void transpose(__m512i *v, unsigned width)
{
    if (width == 2) transpose2(v);
    if (width == 4) transpose4(v);
    if (width == 8) transpose8(v);
}

PC_TARGET_AVX512 PC_INLINE void split(const uint8_t *src, size_t n, unsigned width, uint8_t *dst,
                                      size_t stride)
{
    __m512i index = plane_index(width, 0), v[8];
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        for (unsigned b = 0; b < width; b++)
            v[b] = _mm512_permutexvar_epi8(index, LOAD(src + i * width + 64 * b));
        transpose(v, width);
        for (unsigned b = 0; b < width; b++) STORE(dst + b * stride + i, v[b]);
    }
    pc_byte_split_scalar(src + i * width, n - i, width, dst + i, stride);
}

PC_TARGET_AVX512 PC_INLINE void merge(const uint8_t *src, size_t stride, size_t n, unsigned width,
                                      uint8_t *dst)
{
    __m512i index = plane_index(width, 1), v[8];
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        for (unsigned b = 0; b < width; b++) v[b] = LOAD(src + b * stride + i);
        transpose(v, width);
        for (unsigned b = 0; b < width; b++)
            STORE(dst + i * width + 64 * b, _mm512_permutexvar_epi8(index, v[b]));
    }
    pc_byte_merge_scalar(src + i, stride, n - i, width, dst + i * width);
}

PC_TARGET_AVX512 void pc_byte_split_avx512(const uint8_t *src, size_t n, size_t width, uint8_t *dst,
                                           size_t stride)
{
    switch (width) {
    case 2: split(src, n, 2, dst, stride); break;
    case 4: split(src, n, 4, dst, stride); break;
    case 8: split(src, n, 8, dst, stride); break;
    default: pc_byte_split_scalar(src, n, width, dst, stride); break;
    }
}

PC_TARGET_AVX512 void pc_byte_merge_avx512(const uint8_t *src, size_t stride, size_t n, size_t width,
                                           uint8_t *dst)
{
    switch (width) {
    case 2: merge(src, stride, n, 2, dst); break;
    case 4: merge(src, stride, n, 4, dst); break;
    case 8: merge(src, stride, n, 8, dst); break;
    default: pc_byte_merge_scalar(src, stride, n, width, dst); break;
    }
}

PC_TARGET_AVX512 void pc_bit_split_avx512(const uint8_t *src, size_t n, uint8_t *dst, size_t stride)
{
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        __m512i v = LOAD(src + i);
        for (unsigned b = 8; b-- > 0; v = _mm512_add_epi8(v, v)) {
            uint64_t bits = _cvtmask64_u64(_mm512_movepi8_mask(v));
            memcpy(dst + b * stride + i / 8, &bits, 8);
        }
    }
    pc_bit_split_scalar(src + i, n - i, dst + i / 8, stride);
}

PC_TARGET_AVX512 void pc_bit_merge_avx512(const uint8_t *src, size_t stride, size_t n, uint8_t *dst)
{
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        __m512i v = _mm512_setzero_si512();
        for (unsigned b = 0; b < 8; b++) {
            uint64_t bits;
            memcpy(&bits, src + b * stride + i / 8, 8);
            v = _mm512_mask_add_epi8(v, _cvtu64_mask64(bits), v, _mm512_set1_epi8((char)(1 << b)));
        }
        STORE(dst + i, v);
    }
    pc_bit_merge_scalar(src + i / 8, stride, n - i, dst + i);
}

#endif
