/* Fixed-width integers (layout in bitio/bits.h), 32 values of each region a step; bits_avx512.c says why in
 * one pass and for each width apart. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "bitio/bits.h"

PC_TARGET_AVX2 PC_INLINE __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

PC_TARGET_AVX2 PC_INLINE void store(uint8_t *p, __m256i v) { _mm256_storeu_si256((__m256i *)(void *)p, v); }

/* Where the step after the one at j begins: the last one ends where the regions end, over places that the one
 * before has done. A region shorter than a vector has one step, whose surplus the regions after it mend. */
PC_INLINE size_t step_after(size_t s, size_t j)
{
    if (s - j <= 32) return s;
    return PC_MIN(j + 32, s - 32);
}

/* A shift of 16-bit lanes, right or left (right < 0): what leaks between bytes, a mask drops. */
PC_TARGET_AVX2 PC_INLINE __m256i shift_right(__m256i x, int right)
{
    if (right == 0) return x;
    return right > 0 ? _mm256_srli_epi16(x, right) : _mm256_slli_epi16(x, -right);
}

PC_TARGET_AVX2 PC_INLINE __m256i field_of(__m256i x, int right, unsigned bits, unsigned position)
{
    const __m256i mask = _mm256_set1_epi8((char)(((1u << bits) - 1) << position));
    return _mm256_and_si256(shift_right(x, right), mask);
}

/* 32 values of region r: each field is moved from where it lies in its row. */
PC_TARGET_AVX2 PC_INLINE __m256i values_of(const uint8_t *row, size_t s, unsigned width, unsigned r)
{
    __m256i v = _mm256_setzero_si256();
    for (unsigned bits = 4, position = 0; bits != 0; bits >>= 1) {
        if (!(width & bits)) continue;
        __m256i x = load(row + (position + r % bits) * s);
        v = _mm256_or_si256(v, field_of(x, (int)(r / bits * bits) - (int)position, bits, position));
        position += bits;
    }
    return v;
}

/* What values stand for: table[i] has entries 16 i and up, in both halves; n is 0 for the values themselves.
 */
PC_TARGET_AVX2 PC_INLINE __m256i symbols_of(__m256i v, const __m256i *table, unsigned n)
{
    if (n == 0) return v;
    if (n == 1) return _mm256_shuffle_epi8(table[0], v);
    __m256i bit4 = _mm256_slli_epi16(v, 3); /* moved to where blending looks */
    __m256i low =
        _mm256_blendv_epi8(_mm256_shuffle_epi8(table[0], v), _mm256_shuffle_epi8(table[1], v), bit4);
    if (n == 2) return low;
    __m256i high =
        _mm256_blendv_epi8(_mm256_shuffle_epi8(table[2], v), _mm256_shuffle_epi8(table[3], v), bit4);
    return _mm256_blendv_epi8(low, high, _mm256_slli_epi16(v, 2));
}

/* The loop for one width below eight and a number of tables. */
PC_TARGET_AVX2 PC_INLINE void unpack(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut,
                                     unsigned n_tables, uint8_t *dst)
{
    const size_t s = pc_bits_stride(n);
    __m256i table[4];
    uint8_t padded[64] = {0};
    if (n_tables != 0) memcpy(padded, lut, (size_t)1 << width);
    for (unsigned t = 0; t < n_tables; t++)
        table[t] =
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(padded + 16 * t)));
    for (size_t j = 0; j < s; j = step_after(s, j)) {
        const uint8_t *row = src + j;
        uint8_t *at = dst + j;
        store(at, symbols_of(values_of(row, s, width, 0), table, n_tables));
        store(at + s, symbols_of(values_of(row, s, width, 1), table, n_tables));
        store(at + 2 * s, symbols_of(values_of(row, s, width, 2), table, n_tables));
        store(at + 3 * s, symbols_of(values_of(row, s, width, 3), table, n_tables));
        store(at + 4 * s, symbols_of(values_of(row, s, width, 4), table, n_tables));
        store(at + 5 * s, symbols_of(values_of(row, s, width, 5), table, n_tables));
        store(at + 6 * s, symbols_of(values_of(row, s, width, 6), table, n_tables));
        store(at + 7 * s, symbols_of(values_of(row, s, width, 7), table, n_tables));
    }
}

PC_TARGET_AVX2 static void unpack_values(const uint8_t *src, size_t n, unsigned width, uint8_t *dst)
{
    switch (width) {
    case 1: unpack(src, n, 1, NULL, 0, dst); break;
    case 2: unpack(src, n, 2, NULL, 0, dst); break;
    case 3: unpack(src, n, 3, NULL, 0, dst); break;
    case 4: unpack(src, n, 4, NULL, 0, dst); break;
    case 5: unpack(src, n, 5, NULL, 0, dst); break;
    case 6: unpack(src, n, 6, NULL, 0, dst); break;
    case 7: unpack(src, n, 7, NULL, 0, dst); break;
    default: memcpy(dst, src, pc_bits_stride(n) * PC_BITS_REGIONS); break;
    }
}

PC_TARGET_AVX2 void pc_bits_unpack_avx2(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut,
                                        uint8_t *dst)
{
    if (width == 0) {
        memset(dst, lut != NULL ? lut[0] : 0, n);
        return;
    }
    const size_t s = pc_bits_stride(n);
    switch (lut != NULL ? width : 0) {
    case 0: unpack_values(src, n, width, dst); break;
    case 1: unpack(src, n, 1, lut, 1, dst); break;
    case 2: unpack(src, n, 2, lut, 1, dst); break;
    case 3: unpack(src, n, 3, lut, 1, dst); break;
    case 4: unpack(src, n, 4, lut, 1, dst); break;
    case 5: unpack(src, n, 5, lut, 2, dst); break;
    case 6: unpack(src, n, 6, lut, 4, dst); break;
    default: {
        uint8_t padded[256] = {0};
        memcpy(padded, lut, (size_t)1 << width);
        unpack_values(src, n, width, dst);
        pc_map_u8_avx2(dst, PC_BITS_REGIONS * s, padded, dst);
    }
    }
    pc_bits_unpack_rest(src + width * s, n - 8 * s, width, lut, dst + 8 * s);
}

/* Adds the field of region r to the row of its plane. */
PC_TARGET_AVX2 PC_INLINE __m256i add_region(__m256i packed, const uint8_t *src, size_t s, __m256i offset,
                                            unsigned bits, unsigned position, unsigned r)
{
    if (r >= PC_BITS_REGIONS) return packed;
    unsigned shift = r / bits * bits;
    __m256i v = _mm256_sub_epi8(load(src + r * s), offset);
    return _mm256_or_si256(packed, field_of(v, (int)position - (int)shift, bits, shift));
}

/* One row of a plane gathers the regions that share it: q, q + bits, q + 2 bits ... */
PC_TARGET_AVX2 PC_INLINE void put_row(const uint8_t *src, size_t s, __m256i offset, unsigned bits,
                                      unsigned position, unsigned q, uint8_t *plane)
{
    if (q >= bits) return;
    __m256i packed = _mm256_setzero_si256();
    packed = add_region(packed, src, s, offset, bits, position, q);
    packed = add_region(packed, src, s, offset, bits, position, q + bits);
    packed = add_region(packed, src, s, offset, bits, position, q + 2 * bits);
    packed = add_region(packed, src, s, offset, bits, position, q + 3 * bits);
    packed = add_region(packed, src, s, offset, bits, position, q + 4 * bits);
    packed = add_region(packed, src, s, offset, bits, position, q + 5 * bits);
    packed = add_region(packed, src, s, offset, bits, position, q + 6 * bits);
    packed = add_region(packed, src, s, offset, bits, position, q + 7 * bits);
    store(plane + q * s, packed);
}

PC_TARGET_AVX2 PC_INLINE void put_plane(const uint8_t *src, size_t s, __m256i offset, unsigned bits,
                                        unsigned position, uint8_t *dst)
{
    uint8_t *plane = dst + position * s;
    put_row(src, s, offset, bits, position, 0, plane);
    put_row(src, s, offset, bits, position, 1, plane);
    put_row(src, s, offset, bits, position, 2, plane);
    put_row(src, s, offset, bits, position, 3, plane);
}

/* The loop for one width below eight. */
PC_TARGET_AVX2 PC_INLINE void pack(const uint8_t *src, size_t n, unsigned width, unsigned base, uint8_t *dst)
{
    const size_t s = pc_bits_stride(n);
    const __m256i offset = _mm256_set1_epi8((char)base);
    for (size_t j = 0; j < s; j = step_after(s, j)) {
        if (width & 4) put_plane(src + j, s, offset, 4, 0, dst + j);
        if (width & 2) put_plane(src + j, s, offset, 2, width & 4, dst + j);
        if (width & 1) put_plane(src + j, s, offset, 1, width & 6, dst + j);
    }
}

PC_TARGET_AVX2 void pc_bits_pack_avx2(const uint8_t *src, size_t n, unsigned width, unsigned base,
                                      uint8_t *dst)
{
    switch (width) {
    case 0: return;
    case 1: pack(src, n, 1, base, dst); break;
    case 2: pack(src, n, 2, base, dst); break;
    case 3: pack(src, n, 3, base, dst); break;
    case 4: pack(src, n, 4, base, dst); break;
    case 5: pack(src, n, 5, base, dst); break;
    case 6: pack(src, n, 6, base, dst); break;
    case 7: pack(src, n, 7, base, dst); break;
    default:
        for (size_t i = 0; i < n; i++) dst[i] = (uint8_t)(src[i] - base);
        return;
    }
    const size_t s = pc_bits_stride(n);
    pc_bits_pack_rest(src + 8 * s, n - 8 * s, width, base, dst + width * s);
}

#endif
