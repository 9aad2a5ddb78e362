/* Fixed-width integers (layout in bitio/bits.h), 64 values a step. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "bitio/bits.h"

/* One vector of one field: rotate it to its position and drop the neighbours. The rotation is one shift
 * of 16-bit lanes, left or right, whose leaks between bytes the mask drops. Shifts by a vector of counts
 * are one operation; those by a scalar count take a second one on the shuffle port. */
typedef struct field_move {
    __m512i right, left, mask;
} field_move;

PC_TARGET_AVX512 PC_INLINE field_move move_field(unsigned shift, unsigned position, unsigned bits)
{
    unsigned right = shift > position ? shift - position : 0, left = position > shift ? position - shift : 0;
    return (field_move){_mm512_set1_epi16((short)right), _mm512_set1_epi16((short)left),
                        _mm512_set1_epi8((char)(((1u << bits) - 1) << position))};
}

PC_TARGET_AVX512 PC_INLINE __m512i field_values(const uint8_t *row, const field_move *move, int has_left)
{
    __m512i bytes = _mm512_srlv_epi16(_mm512_loadu_si512(row), move->right);
    if (has_left) bytes = _mm512_sllv_epi16(bytes, move->left);
    return _mm512_and_si512(bytes, move->mask);
}

/* The unpacking loop, specialised by the compiler for the number of fields and the size of the table. */
PC_TARGET_AVX512 PC_INLINE void unpack(const uint8_t *src, size_t n, unsigned width, unsigned n_fields,
                                       const uint8_t *lut, uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    pc_bits_fields(width, field);
    /* A table of up to 64 entries is one permute; longer ones take the general map afterwards. */
    __m512i table = _mm512_setzero_si512();
    if (lut != NULL) {
        uint8_t padded[64] = {0};
        memcpy(padded, lut, (size_t)1 << PC_MIN(width, 6u));
        table = _mm512_loadu_si512(padded);
    }
    for (unsigned r = 0; r < PC_BITS_REGIONS; r++) {
        uint8_t *region = dst + r * s;
        const uint8_t *row[3];
        field_move move[3];
        for (unsigned f = 0; f < n_fields; f++) {
            row[f] = src + (field[f].plane + r % field[f].bits) * s;
            move[f] = move_field(r / field[f].bits * field[f].bits, field[f].position, field[f].bits);
        }
        for (size_t j = 0; j < s; j += 64) {
            __m512i v = field_values(row[0] + j, &move[0], 0);
            for (unsigned f = 1; f < n_fields; f++)
                v = _mm512_or_si512(v, field_values(row[f] + j, &move[f], 1));
            if (lut != NULL) v = _mm512_permutexvar_epi8(v, table);
            _mm512_storeu_si512(region + j, v);
        }
    }
}

PC_TARGET_AVX512 void pc_bits_unpack_avx512(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut,
                                            uint8_t *dst)
{
    if (width == 0) {
        memset(dst, lut != NULL ? lut[0] : 0, n);
        return;
    }
    const uint8_t *small = width <= 6 ? lut : NULL;
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    switch (pc_bits_fields(width, field)) {
    case 1: unpack(src, n, width, 1, small, dst); break;
    case 2: unpack(src, n, width, 2, small, dst); break;
    default: unpack(src, n, width, 3, small, dst); break;
    }
    if (lut != NULL && width > 6) {
        uint8_t padded[256] = {0};
        memcpy(padded, lut, (size_t)1 << width);
        pc_map_u8_avx512(dst, 8 * s, padded, dst);
    }
    pc_bits_unpack_rest(src + width * s, n - 8 * s, width, lut, dst + 8 * s);
}

PC_TARGET_AVX512 void pc_bits_pack_avx512(const uint8_t *src, size_t n, unsigned width, unsigned base,
                                          uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    unsigned n_fields = pc_bits_fields(width, field);
    const __m512i offset = _mm512_set1_epi8((char)base);
    for (unsigned f = 0; f < n_fields; f++) {
        unsigned bits = field[f].bits;
        const __m512i mask = _mm512_set1_epi8((char)((1u << bits) - 1));
        const __m512i down = _mm512_set1_epi16((short)field[f].position);
        uint8_t *plane = dst + field[f].plane * s;
        /* Each plane byte gathers the regions that share its row: r, r + bits, r + 2 bits ... Rows are
         * written in order, so what a row's last vector writes too far the next one mends. */
        for (unsigned q = 0; q < bits; q++)
            for (size_t j = 0; j < s; j += 64) {
                __m512i packed = _mm512_setzero_si512();
                for (unsigned r = q, shift = 0; r < PC_BITS_REGIONS; r += bits, shift += bits) {
                    __m512i v = _mm512_sub_epi8(_mm512_loadu_si512(src + r * s + j), offset);
                    v = _mm512_and_si512(_mm512_srlv_epi16(v, down), mask);
                    packed = _mm512_or_si512(packed, _mm512_sllv_epi16(v, _mm512_set1_epi16((short)shift)));
                }
                _mm512_storeu_si512(plane + q * s + j, packed);
            }
    }
    pc_bits_pack_rest(src + 8 * s, n - 8 * s, width, base, dst + width * s);
}

#endif
