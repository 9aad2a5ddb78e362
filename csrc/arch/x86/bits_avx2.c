/* Fixed-width integers (layout in bitio/bits.h), 32 values a step. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "bitio/bits.h"

PC_TARGET_AVX2 PC_INLINE __m256i field_values(const uint8_t *row, unsigned shift, __m256i mask,
                                              unsigned position)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)row);
    bytes = _mm256_and_si256(_mm256_srl_epi16(bytes, _mm_cvtsi32_si128((int)shift)), mask);
    return _mm256_sll_epi16(bytes, _mm_cvtsi32_si128((int)position));
}

/* The unpacking loop, specialised by the compiler for the number of fields and of 16-entry tables. */
PC_TARGET_AVX2 PC_INLINE void unpack(const uint8_t *src, size_t n, unsigned width, unsigned n_fields,
                                     unsigned n_tables, const uint8_t *lut, uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    pc_bits_fields(width, field);
    __m256i masks[3], table[2];
    for (unsigned f = 0; f < n_fields; f++) masks[f] = _mm256_set1_epi8((char)((1u << field[f].bits) - 1));
    if (n_tables != 0) {
        uint8_t padded[32] = {0};
        memcpy(padded, lut, (size_t)1 << width);
        for (unsigned t = 0; t < n_tables; t++)
            table[t] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(padded + 16 * t)));
    }
    for (unsigned r = 0; r < PC_BITS_REGIONS; r++) {
        uint8_t *region = dst + r * s;
        const uint8_t *row[3];
        unsigned shift[3];
        for (unsigned f = 0; f < n_fields; f++) {
            row[f] = src + (field[f].plane + r % field[f].bits) * s;
            shift[f] = r / field[f].bits * field[f].bits;
        }
        for (size_t j = 0; j < s; j += 32) {
            __m256i v = field_values(row[0] + j, shift[0], masks[0], 0);
            for (unsigned f = 1; f < n_fields; f++)
                v = _mm256_or_si256(v, field_values(row[f] + j, shift[f], masks[f], field[f].position));
            if (n_tables == 1) v = _mm256_shuffle_epi8(table[0], v);
            if (n_tables == 2) { /* bit 4, moved to the top, picks the table */
                __m256i low = _mm256_shuffle_epi8(table[0], v), high = _mm256_shuffle_epi8(table[1], v);
                v = _mm256_blendv_epi8(low, high, _mm256_slli_epi16(v, 3));
            }
            _mm256_storeu_si256((__m256i *)(region + j), v);
        }
    }
}

PC_TARGET_AVX2 void pc_bits_unpack_avx2(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut,
                                        uint8_t *dst)
{
    if (width == 0) {
        memset(dst, lut != NULL ? lut[0] : 0, n);
        return;
    }
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    unsigned n_fields = pc_bits_fields(width, field);
    if (lut != NULL && width <= 4) {
        if (n_fields == 1)
            unpack(src, n, width, 1, 1, lut, dst);
        else
            unpack(src, n, width, 2, 1, lut, dst);
    } else if (lut != NULL && width == 5) {
        unpack(src, n, width, 2, 2, lut, dst);
    } else {
        if (n_fields == 1)
            unpack(src, n, width, 1, 0, NULL, dst);
        else if (n_fields == 2)
            unpack(src, n, width, 2, 0, NULL, dst);
        else
            unpack(src, n, width, 3, 0, NULL, dst);
        if (lut != NULL) {
            uint8_t padded[256] = {0};
            memcpy(padded, lut, (size_t)1 << width);
            pc_map_u8_avx2(dst, 8 * s, padded, dst);
        }
    }
    pc_bits_unpack_rest(src + width * s, n - 8 * s, width, lut, dst + 8 * s);
}

PC_TARGET_AVX2 void pc_bits_pack_avx2(const uint8_t *src, size_t n, unsigned width, unsigned base,
                                      uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    unsigned n_fields = pc_bits_fields(width, field);
    const __m256i offset = _mm256_set1_epi8((char)base);
    for (unsigned f = 0; f < n_fields; f++) {
        unsigned bits = field[f].bits;
        const __m256i mask = _mm256_set1_epi8((char)((1u << bits) - 1));
        const __m128i down = _mm_cvtsi32_si128((int)field[f].position);
        uint8_t *plane = dst + field[f].plane * s;
        /* Each plane byte gathers the regions that share its row: r, r + bits, r + 2 bits ... Rows are
         * written in order, so what a row's last vector writes too far the next one mends. */
        for (unsigned q = 0; q < bits; q++)
            for (size_t j = 0; j < s; j += 32) {
                __m256i packed = _mm256_setzero_si256();
                for (unsigned r = q, shift = 0; r < PC_BITS_REGIONS; r += bits, shift += bits) {
                    __m256i v =
                        _mm256_sub_epi8(_mm256_loadu_si256((const __m256i *)(src + r * s + j)), offset);
                    v = _mm256_and_si256(_mm256_srl_epi16(v, down), mask);
                    packed = _mm256_or_si256(packed, _mm256_sll_epi16(v, _mm_cvtsi32_si128((int)shift)));
                }
                _mm256_storeu_si256((__m256i *)(plane + q * s + j), packed);
            }
    }
    pc_bits_pack_rest(src + 8 * s, n - 8 * s, width, base, dst + width * s);
}

#endif
