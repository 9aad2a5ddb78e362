/* Byte and bit planes in vectors of 32 bytes, 32 elements a step.
 *
 * Splitting: within each 128-bit lane a byte shuffle gathers bytes by plane, then rounds of unpacking
 * transpose the blocks of 16 / width bytes across vectors, and one permutation puts the two lanes' blocks in
 * order. Merging runs backwards. Bits: the top bits of 32 bytes are one instruction, doubling the bytes
 * brings the next bit to the top; back, each bit is spread to bytes and tested. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"
#include "transform/shuffle_common.h"

#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)

/* Blocks of a lane after the byte shuffle: 16 / width bytes of each plane; inverse: back. */
PC_TARGET_AVX2 PC_INLINE __m256i plane_index(unsigned width, int inverse)
{
    uint8_t index[16];
    unsigned run = 16 / width;
    for (unsigned j = 0; j < 16; j++) {
        unsigned from = j % run * width + j / run;
        if (inverse)
            index[from] = (uint8_t)j;
        else
            index[j] = (uint8_t)from;
    }
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)index));
}

/* v[b] of width vectors = block b of each vector, lane by lane, in the order of the vectors. */
PC_TARGET_AVX2 PC_INLINE void gather_blocks(__m256i *v, unsigned width)
{
    __m256i t[8];
    if (width == 2) {
        t[0] = _mm256_unpacklo_epi64(v[0], v[1]), t[1] = _mm256_unpackhi_epi64(v[0], v[1]);
        v[0] = t[0], v[1] = t[1];
    } else if (width == 4) {
        t[0] = _mm256_unpacklo_epi32(v[0], v[1]), t[1] = _mm256_unpackhi_epi32(v[0], v[1]);
        t[2] = _mm256_unpacklo_epi32(v[2], v[3]), t[3] = _mm256_unpackhi_epi32(v[2], v[3]);
        v[0] = _mm256_unpacklo_epi64(t[0], t[2]), v[1] = _mm256_unpackhi_epi64(t[0], t[2]);
        v[2] = _mm256_unpacklo_epi64(t[1], t[3]), v[3] = _mm256_unpackhi_epi64(t[1], t[3]);
    } else {
        __m256i u[8];
        for (unsigned i = 0; i < 4; i++) {
            t[2 * i] = _mm256_unpacklo_epi16(v[2 * i], v[2 * i + 1]);
            t[2 * i + 1] = _mm256_unpackhi_epi16(v[2 * i], v[2 * i + 1]);
        }
        for (unsigned i = 0; i < 2; i++)
            for (unsigned h = 0; h < 2; h++) {
                u[4 * i + 2 * h] = _mm256_unpacklo_epi32(t[4 * i + h], t[4 * i + 2 + h]);
                u[4 * i + 2 * h + 1] = _mm256_unpackhi_epi32(t[4 * i + h], t[4 * i + 2 + h]);
            }
        for (unsigned i = 0; i < 4; i++) {
            v[2 * i] = _mm256_unpacklo_epi64(u[i], u[i + 4]);
            v[2 * i + 1] = _mm256_unpackhi_epi64(u[i], u[i + 4]);
        }
    }
}

/* A vector holds (lane, vector, element in block); memory wants (vector, lane, element in block). */
PC_TARGET_AVX2 PC_INLINE __m256i join_lanes(__m256i v, unsigned width)
{
    const __m256i dwords = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i words = _mm256_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15, /**/
                                           0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    if (width == 2) return _mm256_permute4x64_epi64(v, 0xd8);
    if (width == 4) return _mm256_permutevar8x32_epi32(v, dwords);
    return _mm256_shuffle_epi8(_mm256_permute4x64_epi64(v, 0xd8), words);
}

PC_TARGET_AVX2 PC_INLINE void split(const uint8_t *src, size_t n, unsigned width, uint8_t *dst, size_t stride)
{
    __m256i index = plane_index(width, 0), v[8];
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        for (unsigned b = 0; b < width; b++)
            v[b] = _mm256_shuffle_epi8(LOAD(src + i * width + 32 * b), index);
        gather_blocks(v, width);
        for (unsigned b = 0; b < width; b++) STORE(dst + b * stride + i, join_lanes(v[b], width));
    }
    pc_byte_split_scalar(src + i * width, n - i, width, dst + i, stride);
}

/* Interleaving planes pairwise, from the farthest pair to the nearest, brings each element together. */
PC_TARGET_AVX2 PC_INLINE void weave(__m256i *to, const __m256i *from, unsigned width)
{
    for (unsigned i = 0; i < width / 2; i++) {
        to[2 * i] = _mm256_unpacklo_epi8(from[i], from[i + width / 2]);
        to[2 * i + 1] = _mm256_unpackhi_epi8(from[i], from[i + width / 2]);
    }
}

PC_TARGET_AVX2 PC_INLINE void merge(const uint8_t *src, size_t stride, size_t n, unsigned width, uint8_t *dst)
{
    __m256i v[8], t[8];
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        for (unsigned b = 0; b < width; b++) v[b] = LOAD(src + b * stride + i);
        weave(t, v, width);
        if (width >= 4) weave(v, t, width);
        if (width >= 8) weave(t, v, width);
        const __m256i *woven = width == 4 ? v : t;
        /* Each lane now holds its own 16 elements in order: all low lanes go before all high ones. */
        for (unsigned b = 0; b < width; b += 2) {
            uint8_t *to = dst + i * width + 16 * b;
            STORE(to, _mm256_permute2x128_si256(woven[b], woven[b + 1], 0x20));
            STORE(to + 16 * width, _mm256_permute2x128_si256(woven[b], woven[b + 1], 0x31));
        }
    }
    pc_byte_merge_scalar(src + i, stride, n - i, width, dst + i * width);
}

PC_TARGET_AVX2 void pc_byte_split_avx2(const uint8_t *src, size_t n, size_t width, uint8_t *dst,
                                       size_t stride)
{
    switch (width) {
    case 2: split(src, n, 2, dst, stride); break;
    case 4: split(src, n, 4, dst, stride); break;
    case 8: split(src, n, 8, dst, stride); break;
    default: pc_byte_split_scalar(src, n, width, dst, stride); break;
    }
}

PC_TARGET_AVX2 void pc_byte_merge_avx2(const uint8_t *src, size_t stride, size_t n, size_t width,
                                       uint8_t *dst)
{
    switch (width) {
    case 2: merge(src, stride, n, 2, dst); break;
    case 4: merge(src, stride, n, 4, dst); break;
    case 8: merge(src, stride, n, 8, dst); break;
    default: pc_byte_merge_scalar(src, stride, n, width, dst); break;
    }
}

PC_TARGET_AVX2 void pc_bit_split_avx2(const uint8_t *src, size_t n, uint8_t *dst, size_t stride)
{
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        __m256i v = LOAD(src + i);
        for (unsigned b = 8; b-- > 0; v = _mm256_add_epi8(v, v)) {
            uint32_t bits = (uint32_t)_mm256_movemask_epi8(v);
            memcpy(dst + b * stride + i / 8, &bits, 4);
        }
    }
    pc_bit_split_scalar(src + i, n - i, dst + i / 8, stride);
}

PC_TARGET_AVX2 void pc_bit_merge_avx2(const uint8_t *src, size_t stride, size_t n, uint8_t *dst)
{
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i which = _mm256_set1_epi64x((long long)0x8040201008040201u);
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        __m256i v = _mm256_setzero_si256();
        for (unsigned b = 0; b < 8; b++) {
            uint32_t bits;
            memcpy(&bits, src + b * stride + i / 8, 4);
            __m256i x = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread), which);
            x = _mm256_cmpeq_epi8(x, which);
            v = _mm256_or_si256(v, _mm256_and_si256(x, _mm256_set1_epi8((char)(1 << b))));
        }
        STORE(dst + i, v);
    }
    pc_bit_merge_scalar(src + i / 8, stride, n - i, dst + i);
}

#endif
