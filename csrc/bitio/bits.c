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
        uint8_t *plane = dst + fields[f].plane * s;
        for (size_t start = 0, r = 0; start < n; start += s, r++) {
            uint8_t *row = plane + (r % bits) * s;
            unsigned shift = bits * (unsigned)(r / bits);
            size_t count = PC_MIN(s, n - start);
            for (size_t j = 0; j < count; j++) {
                unsigned value = ((src[start + j] - base) >> fields[f].position) & mask;
                row[j] = (uint8_t)(row[j] | value << shift);
            }
        }
    }
}

void pc_bits_unpack_scalar(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut, uint8_t *dst)
{
    size_t s = pc_bits_stride(n);
    pc_bits_field fields[3];
    unsigned n_fields = pc_bits_fields(width, fields);
    if (n_fields == 0 && n != 0) memset(dst, 0, n);
    for (unsigned f = 0; f < n_fields; f++) {
        unsigned bits = fields[f].bits, mask = (1u << bits) - 1;
        const uint8_t *plane = src + fields[f].plane * s;
        for (size_t start = 0, r = 0; start < n; start += s, r++) {
            const uint8_t *row = plane + (r % bits) * s;
            unsigned shift = bits * (unsigned)(r / bits);
            size_t count = PC_MIN(s, n - start);
            for (size_t j = 0; j < count; j++) {
                unsigned value = ((row[j] >> shift) & mask) << fields[f].position;
                dst[start + j] = (uint8_t)(f == 0 ? value : dst[start + j] | value);
            }
        }
    }
    if (lut != NULL)
        for (size_t i = 0; i < n; i++) dst[i] = lut[dst[i]];
}
