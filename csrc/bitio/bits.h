/* Fixed-width integers, 1 to 8 bits each, laid out for vectors.
 *
 * The first 8 s of n values, s = n / 8 rounded down, are cut into eight regions of s: value i lies in
 * region r = i / s at place j = i % s. The width is split into fields of 4, 2 and 1 bits (8 alone), widest
 * first and from the low bits up; a field of f bits fills a plane of f s bytes in which region r owns, of the
 * byte
 *
 *     (r mod f) s + j        the f bits from        f (r / f)        up.
 *
 * So a vector of neighbouring values is one load, one shift and one mask for each field, on any ISA
 * and with no shuffle. The up to seven values left over follow as one little-endian integer, the first
 * value lowest, in as few bytes as hold it.
 *
 * The planes of a width, in order of their fields: 3 = 2 + 1, 5 = 4 + 1, 6 = 4 + 2, 7 = 4 + 2 + 1. */
#ifndef PC_BITIO_BITS_H
#define PC_BITIO_BITS_H

#include "base/checked.h"
#include "pycomp/kernels.h"

enum { PC_BITS_REGIONS = 8 };

PC_INLINE size_t pc_bits_stride(size_t n) { return n / PC_BITS_REGIONS; }

/* Bytes that n values of this width take. */
PC_INLINE size_t pc_bits_size(size_t n, unsigned width)
{
    return width * pc_bits_stride(n) + (n % PC_BITS_REGIONS * width + 7) / 8;
}

/* One field of a width: f bits wide, found at `plane` (in units of s) and put at bit `position`. */
typedef struct pc_bits_field {
    unsigned bits, plane, position;
} pc_bits_field;

/* The fields of a width, in order; returns how many (0 for width 0, at most 3). */
PC_INLINE unsigned pc_bits_fields(unsigned width, pc_bits_field fields[3])
{
    unsigned n = 0, position = 0;
    for (unsigned bits = 8; bits != 0; bits >>= 1)
        if (width & bits) {
            fields[n++] = (pc_bits_field){bits, position, position};
            position += bits;
        }
    return n;
}

/* The values left over, count < 8 of them. */
PC_INLINE void pc_bits_pack_rest(const uint8_t *src, size_t count, unsigned width, unsigned base,
                                 uint8_t *dst)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)(uint8_t)(src[i] - base) << (i * width);
    for (size_t i = 0; i * 8 < count * width; i++) dst[i] = (uint8_t)(word >> (8 * i));
}

PC_INLINE void pc_bits_unpack_rest(const uint8_t *src, size_t count, unsigned width, const uint8_t *lut,
                                   uint8_t *dst)
{
    uint64_t word = 0;
    for (size_t i = 0; i * 8 < count * width; i++) word |= (uint64_t)src[i] << (8 * i);
    for (size_t i = 0; i < count; i++) {
        uint8_t value = (uint8_t)(word >> (i * width) & ((1u << width) - 1));
        dst[i] = lut != NULL ? lut[value] : value;
    }
}

#endif
