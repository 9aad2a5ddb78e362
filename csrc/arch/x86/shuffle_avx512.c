/* Byte and bit planes in vectors of 64 bytes.
 *
 * Splitting: one byte permutation gathers each vector's bytes by plane, and a square transpose of blocks of
 * 64 / width bytes hands every plane its blocks. Merging runs both backwards. Squares of 8 x 8 bits turned
 * about their diagonals make bytes of elements eight wide of bits, so both share one loop: GFNI multiplies a
 * square by the unit vectors, which turns it, the elements in opposite order. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "transform/shuffle_common.h"

#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)

/* index[j] = where plane j / (64 / width)'s byte j % (64 / width) stands in a vector; inverse: back, and
 * `bits` each word's bytes in the order that turn expects. */
PC_TARGET_AVX512 PC_INLINE __m512i plane_index(unsigned width, int inverse, int bits)
{
    uint8_t index[64];
    unsigned run = 64 / width;
    for (unsigned j = 0; j < 64; j++) {
        unsigned from = j % run * width + j / run;
        if (inverse)
            index[bits ? from ^ 7 : from] = (uint8_t)j;
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

/* With a matrix A of rows A[0] .. A[7] (bytes of a word), bit i of byte j of the affine instruction is the
 * parity of A[7 - i] & x[j]. */
PC_TARGET_AVX512 PC_INLINE __m512i turn(__m512i squares)
{
    const __m512i units = _mm512_set1_epi64((long long)0x8040201008040201u);
    return _mm512_gf2p8affine_epi64_epi8(units, squares, 0);
}

/* The bits of each byte in opposite order. */
PC_TARGET_AVX512 PC_INLINE __m512i turn_bytes(__m512i v)
{
    return _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64((long long)0x8040201008040201u), 0);
}

/* Whole vectors of n elements; returns how many elements that was. `bits` turns squares of bits on the way.
 */
PC_TARGET_AVX512 PC_INLINE size_t split(const uint8_t *src, size_t n, unsigned width, int bits, uint8_t *dst,
                                        size_t stride)
{
    __m512i index = plane_index(width, 0, 0), v[8];
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        for (unsigned b = 0; b < width; b++) {
            __m512i x = LOAD(src + i * width + 64 * b);
            v[b] = _mm512_permutexvar_epi8(index, bits ? turn_bytes(turn(x)) : x);
        }
        transpose(v, width);
        for (unsigned b = 0; b < width; b++) STORE(dst + b * stride + i, v[b]);
    }
    return i;
}

PC_TARGET_AVX512 PC_INLINE size_t merge(const uint8_t *src, size_t stride, size_t n, unsigned width, int bits,
                                        uint8_t *dst)
{
    __m512i index = plane_index(width, 1, bits), v[8];
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        for (unsigned b = 0; b < width; b++) v[b] = LOAD(src + b * stride + i);
        transpose(v, width);
        for (unsigned b = 0; b < width; b++) {
            __m512i x = _mm512_permutexvar_epi8(index, v[b]);
            STORE(dst + i * width + 64 * b, bits ? turn(x) : x);
        }
    }
    return i;
}

PC_TARGET_AVX512 void pc_byte_split_avx512(const uint8_t *src, size_t n, size_t width, uint8_t *dst,
                                           size_t stride)
{
    size_t done = 0;
    switch (width) {
    case 2: done = split(src, n, 2, 0, dst, stride); break;
    case 4: done = split(src, n, 4, 0, dst, stride); break;
    case 8: done = split(src, n, 8, 0, dst, stride); break;
    default: break;
    }
    pc_byte_split_scalar(src + done * width, n - done, width, dst + done, stride);
}

PC_TARGET_AVX512 void pc_byte_merge_avx512(const uint8_t *src, size_t stride, size_t n, size_t width,
                                           uint8_t *dst)
{
    size_t done = 0;
    switch (width) {
    case 2: done = merge(src, stride, n, 2, 0, dst); break;
    case 4: done = merge(src, stride, n, 4, 0, dst); break;
    case 8: done = merge(src, stride, n, 8, 0, dst); break;
    default: break;
    }
    pc_byte_merge_scalar(src + done, stride, n - done, width, dst + done * width);
}

PC_TARGET_AVX512 void pc_bit_split_avx512(const uint8_t *src, size_t n, uint8_t *dst, size_t stride)
{
    size_t done = split(src, n / 8, 8, 1, dst, stride);
    pc_bit_split_scalar(src + 8 * done, n - 8 * done, dst + done, stride);
}

PC_TARGET_AVX512 void pc_bit_merge_avx512(const uint8_t *src, size_t stride, size_t n, uint8_t *dst)
{
    size_t done = merge(src, stride, n / 8, 8, 1, dst);
    pc_bit_merge_scalar(src + done, stride, n - 8 * done, dst + 8 * done);
}

#endif
