/* Fixed-width integers (layout in bitio/bits.h), 16 values a step. NEON shifts bytes by a vector of signed
 * counts, negative ones to the right. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>
#include <string.h>

#include "arch/variants.h"
#include "bitio/bits.h"

/* The unpacking loop, specialised by the compiler for the number of fields. lut: NULL or 64 entries. */
PC_INLINE void unpack(const uint8_t *src, size_t s, const pc_bits_field *field, unsigned n_fields,
                      const uint8_t *lut, uint8_t *dst)
{
    uint8x16x4_t table = {{vdupq_n_u8(0), vdupq_n_u8(0), vdupq_n_u8(0), vdupq_n_u8(0)}};
    for (unsigned r = 0; lut != NULL && r < 4; r++) table.val[r] = vld1q_u8(lut + 16 * r);
    for (unsigned r = 0; r < PC_BITS_REGIONS; r++) {
        const uint8_t *row[3];
        int8x16_t right[3], left[3];
        uint8x16_t mask[3];
        for (unsigned f = 0; f < n_fields; f++) {
            unsigned bits = field[f].bits;
            row[f] = src + (field[f].plane + r % bits) * s;
            right[f] = vdupq_n_s8((int8_t)-(int)(r / bits * bits));
            left[f] = vdupq_n_s8((int8_t)field[f].position);
            mask[f] = vdupq_n_u8((uint8_t)((1u << bits) - 1));
        }
        for (size_t j = 0; j < s; j += 16) {
            uint8x16_t v = vandq_u8(vshlq_u8(vld1q_u8(row[0] + j), right[0]), mask[0]);
            for (unsigned f = 1; f < n_fields; f++) {
                uint8x16_t part = vandq_u8(vshlq_u8(vld1q_u8(row[f] + j), right[f]), mask[f]);
                v = vorrq_u8(v, vshlq_u8(part, left[f]));
            }
            if (lut != NULL) v = vqtbl4q_u8(table, v);
            vst1q_u8(dst + r * s + j, v);
        }
    }
}

void pc_bits_unpack_neon(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut, uint8_t *dst)
{
    if (width == 0) {
        memset(dst, lut != NULL ? lut[0] : 0, n);
        return;
    }
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    unsigned n_fields = pc_bits_fields(width, field);
    uint8_t padded[256] = {0};
    if (lut != NULL) memcpy(padded, lut, (size_t)1 << width);
    const uint8_t *small = lut != NULL && width <= 6 ? padded : NULL;
    switch (n_fields) {
    case 1: unpack(src, s, field, 1, small, dst); break;
    case 2: unpack(src, s, field, 2, small, dst); break;
    default: unpack(src, s, field, 3, small, dst); break;
    }
    if (lut != NULL && width > 6) pc_map_u8_neon(dst, 8 * s, padded, dst);
    pc_bits_unpack_rest(src + width * s, n - 8 * s, width, lut, dst + 8 * s);
}

void pc_bits_pack_neon(const uint8_t *src, size_t n, unsigned width, unsigned base, uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field field[3];
    unsigned n_fields = pc_bits_fields(width, field);
    const uint8x16_t offset = vdupq_n_u8((uint8_t)base);
    for (unsigned f = 0; f < n_fields; f++) {
        unsigned bits = field[f].bits;
        const uint8x16_t mask = vdupq_n_u8((uint8_t)((1u << bits) - 1));
        const int8x16_t down = vdupq_n_s8((int8_t)-(int)field[f].position);
        uint8_t *plane = dst + field[f].plane * s;
        /* Each plane byte gathers the regions that share its row: r, r + bits, r + 2 bits ... Rows are
         * written in order, so what a row's last vector writes too far the next one mends. */
        for (unsigned q = 0; q < bits; q++)
            for (size_t j = 0; j < s; j += 16) {
                uint8x16_t packed = vdupq_n_u8(0);
                for (unsigned r = q, shift = 0; r < PC_BITS_REGIONS; r += bits, shift += bits) {
                    uint8x16_t v = vsubq_u8(vld1q_u8(src + r * s + j), offset);
                    v = vandq_u8(vshlq_u8(v, down), mask);
                    packed = vorrq_u8(packed, vshlq_u8(v, vdupq_n_s8((int8_t)shift)));
                }
                vst1q_u8(plane + q * s + j, packed);
            }
    }
    pc_bits_pack_rest(src + 8 * s, n - 8 * s, width, base, dst + width * s);
}

#endif
