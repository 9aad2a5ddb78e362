/* Fixed-width integers (layout in bitio/bits.h), 64 values of each region a step.
 *
 * One pass: a step loads a vector of every row and serves all eight regions from it. Lists are short (the
 * leaves of a piece share 64 Ki symbols), so what a list costs before its first value counts as much as its
 * values do: widths are known to the compiler, and with them every shift and mask. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "bitio/bits.h"

enum { ADD_BITS = 0xea }; /* (a & b) | c, bit by bit */

/* Lanes that are left of a row or region from place j on. */
PC_INLINE __mmask64 lanes_left(size_t s, size_t j)
{
    return s - j >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << (s - j)) - 1;
}

/* A shift of 16-bit lanes, right or left (right < 0): what leaks between bytes, a mask drops. Shifts by a
 * vector of counts are one operation; those by a scalar count take a second one on the shuffle port. */
PC_TARGET_AVX512 PC_INLINE __m512i shift_right(__m512i x, int right)
{
    if (right == 0) return x;
    return right > 0 ? _mm512_srlv_epi16(x, _mm512_set1_epi16((short)right))
                     : _mm512_sllv_epi16(x, _mm512_set1_epi16((short)-right));
}

PC_TARGET_AVX512 PC_INLINE __m512i byte_mask(unsigned bits, unsigned position)
{
    return _mm512_set1_epi8((char)(((1u << bits) - 1) << position));
}

/* 64 values of region r: each field is moved from where it lies in its row. */
PC_TARGET_AVX512 PC_INLINE __m512i values_of(const __m512i *rows, unsigned width, unsigned r)
{
    __m512i v = _mm512_setzero_si512();
    for (unsigned bits = 8, position = 0; bits != 0; bits >>= 1) {
        if (!(width & bits)) continue;
        __m512i x = shift_right(rows[position + r % bits], (int)(r / bits * bits) - (int)position);
        v = _mm512_ternarylogic_epi64(x, byte_mask(bits, position), v, ADD_BITS);
        position += bits;
    }
    return v;
}

PC_TARGET_AVX512 PC_INLINE void put_values(const __m512i *rows, unsigned width, unsigned r, __m512i table,
                                           __mmask64 live, uint8_t *dst)
{
    __m512i v = values_of(rows, width, r);
    if (width <= 6) v = _mm512_permutexvar_epi8(v, table);
    _mm512_mask_storeu_epi8(dst, live, v);
}

/* The loop for one width below eight. Up to six bits, table says what each value becomes; seven come as they
 * are. The up to seven values behind the regions are had by depositing their bits; eight bytes are written
 * there. */
PC_TARGET_AVX512 PC_INLINE void unpack(const uint8_t *src, size_t n, unsigned width, __m512i table,
                                       uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    for (size_t j = 0; j < s; j += 64) {
        __m512i rows[8];
        __mmask64 live = lanes_left(s, j);
        for (unsigned q = 0; q < width; q++) rows[q] = _mm512_loadu_si512(src + q * s + j);
        put_values(rows, width, 0, table, live, dst + j);
        put_values(rows, width, 1, table, live, dst + s + j);
        put_values(rows, width, 2, table, live, dst + 2 * s + j);
        put_values(rows, width, 3, table, live, dst + 3 * s + j);
        put_values(rows, width, 4, table, live, dst + 4 * s + j);
        put_values(rows, width, 5, table, live, dst + 5 * s + j);
        put_values(rows, width, 6, table, live, dst + 6 * s + j);
        put_values(rows, width, 7, table, live, dst + 7 * s + j);
    }
    if (n % PC_BITS_REGIONS == 0) return;
    uint64_t rest = _pdep_u64(pc_load64(src + width * s), 0x0101010101010101u * ((1u << width) - 1));
    __m512i v = _mm512_castsi128_si512(_mm_cvtsi64_si128((long long)rest));
    if (width <= 6) v = _mm512_permutexvar_epi8(v, table);
    pc_store64(dst + 8 * s, (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(v)));
}

/* What the values of a width stand for: themselves, or the symbols of lut. */
PC_TARGET_AVX512 PC_INLINE __m512i load_table(unsigned width, const uint8_t *lut)
{
    static const uint8_t same[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                     16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                     32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                     48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    if (lut == NULL || width > 6) return _mm512_loadu_si512(same);
    return _mm512_maskz_loadu_epi8(~(__mmask64)0 >> (64 - (1u << width)), lut);
}

PC_TARGET_AVX512 void pc_bits_unpack_avx512(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut,
                                            uint8_t *dst)
{
    if (n == 0) return;
    __m512i table = load_table(width, lut);
    switch (width) {
    case 0: memset(dst, lut != NULL ? lut[0] : 0, n); break;
    case 1: unpack(src, n, 1, table, dst); break;
    case 2: unpack(src, n, 2, table, dst); break;
    case 3: unpack(src, n, 3, table, dst); break;
    case 4: unpack(src, n, 4, table, dst); break;
    case 5: unpack(src, n, 5, table, dst); break;
    case 6: unpack(src, n, 6, table, dst); break;
    case 7: unpack(src, n, 7, table, dst); break;
    default: memcpy(dst, src, n); break; /* eight bits wide, the layout is the identity */
    }
    if (lut != NULL && width > 6) {
        uint8_t padded[256] = {0};
        memcpy(padded, lut, (size_t)1 << width);
        pc_map_u8_avx512(dst, n, padded, dst);
    }
}

/* Adds the field of region r to the row of its plane. */
PC_TARGET_AVX512 PC_INLINE __m512i add_region(__m512i packed, const __m512i *regions, unsigned bits,
                                              unsigned position, unsigned r)
{
    if (r >= PC_BITS_REGIONS) return packed;
    unsigned shift = r / bits * bits;
    __m512i v = shift_right(regions[r], (int)position - (int)shift);
    return _mm512_ternarylogic_epi64(v, byte_mask(bits, shift), packed, ADD_BITS);
}

/* One row of a plane gathers the regions that share it: q, q + bits, q + 2 bits ... */
PC_TARGET_AVX512 PC_INLINE void put_row(const __m512i *regions, unsigned bits, unsigned position, unsigned q,
                                        __mmask64 live, uint8_t *dst)
{
    if (q >= bits) return;
    __m512i packed = _mm512_setzero_si512();
    packed = add_region(packed, regions, bits, position, q);
    packed = add_region(packed, regions, bits, position, q + bits);
    packed = add_region(packed, regions, bits, position, q + 2 * bits);
    packed = add_region(packed, regions, bits, position, q + 3 * bits);
    packed = add_region(packed, regions, bits, position, q + 4 * bits);
    packed = add_region(packed, regions, bits, position, q + 5 * bits);
    packed = add_region(packed, regions, bits, position, q + 6 * bits);
    packed = add_region(packed, regions, bits, position, q + 7 * bits);
    _mm512_mask_storeu_epi8(dst, live, packed);
}

PC_TARGET_AVX512 PC_INLINE void put_plane(const __m512i *regions, size_t s, unsigned bits, unsigned position,
                                          __mmask64 live, uint8_t *dst)
{
    uint8_t *plane = dst + position * s;
    put_row(regions, bits, position, 0, live, plane);
    put_row(regions, bits, position, 1, live, plane + s);
    put_row(regions, bits, position, 2, live, plane + 2 * s);
    put_row(regions, bits, position, 3, live, plane + 3 * s);
}

/* The loop for one width below eight. */
PC_TARGET_AVX512 PC_INLINE void pack(const uint8_t *src, size_t n, unsigned width, unsigned base,
                                     uint8_t *dst)
{
    const size_t s = pc_bits_stride(n);
    const __m512i offset = _mm512_set1_epi8((char)base);
    for (size_t j = 0; j < s; j += 64) {
        __m512i regions[PC_BITS_REGIONS];
        __mmask64 live = lanes_left(s, j);
        for (unsigned r = 0; r < PC_BITS_REGIONS; r++)
            regions[r] = _mm512_sub_epi8(_mm512_loadu_si512(src + r * s + j), offset);
        if (width & 4) put_plane(regions, s, 4, 0, live, dst + j);
        if (width & 2) put_plane(regions, s, 2, width & 4, live, dst + j);
        if (width & 1) put_plane(regions, s, 1, width & 6, live, dst + j);
    }
}

PC_TARGET_AVX512 void pc_bits_pack_avx512(const uint8_t *src, size_t n, unsigned width, unsigned base,
                                          uint8_t *dst)
{
    switch (width) {
    case 0: break;
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
    size_t s = pc_bits_stride(n);
    pc_bits_pack_rest(src + 8 * s, n - 8 * s, width, base, dst + width * s);
}

#endif
