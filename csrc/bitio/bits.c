/* Scalar twins of bits_pack and bits_unpack; layout in bits.h. */
#include "bitio/bits.h"

#include <string.h>

#include "arch/variants.h"

void pc_bits_pack_scalar(const uint8_t *src, size_t n, unsigned width, unsigned base, uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field fields[3];
    unsigned n_fields = pc_bits_fields(width, fields);
    memset(dst, 0, width * s);
    for (unsigned f = 0; f < n_fields; f++) {
        unsigned bits = fields[f].bits, mask = (1u << bits) - 1;
        for (unsigned r = 0; r < PC_BITS_REGIONS; r++) {
            uint8_t *PC_RESTRICT row = dst + (fields[f].plane + r % bits) * s;
            const uint8_t *PC_RESTRICT region = src + r * s;
            unsigned shift = r / bits * bits;
            for (size_t j = 0; j < s; j++) {
                unsigned value = ((uint8_t)(region[j] - base) >> fields[f].position) & mask;
                row[j] = (uint8_t)(row[j] | value << shift);
            }
        }
    }
    pc_bits_pack_rest(src + 8 * s, n - 8 * s, width, base, dst + width * s);
}

void pc_bits_unpack_scalar(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut, uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field fields[3];
    unsigned n_fields = pc_bits_fields(width, fields);
    if (width == 0) memset(dst, 0, 8 * s);
    for (unsigned f = 0; f < n_fields; f++) {
        unsigned bits = fields[f].bits, mask = (1u << bits) - 1;
        for (unsigned r = 0; r < PC_BITS_REGIONS; r++) {
            const uint8_t *PC_RESTRICT row = src + (fields[f].plane + r % bits) * s;
            uint8_t *PC_RESTRICT region = dst + r * s;
            unsigned shift = r / bits * bits, position = fields[f].position;
            if (f == 0)
                for (size_t j = 0; j < s; j++) region[j] = (uint8_t)(row[j] >> shift & mask);
            else
                for (size_t j = 0; j < s; j++)
                    region[j] = (uint8_t)(region[j] | (row[j] >> shift & mask) << position);
        }
    }
    if (lut != NULL)
        for (size_t i = 0; i < 8 * s; i++) dst[i] = lut[dst[i]];
    pc_bits_unpack_rest(src + width * s, n - 8 * s, width, lut, dst + 8 * s);
}
