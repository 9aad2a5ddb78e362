/* Fixed-width integers, 1 to 8 bits each, laid out for vectors.
 *
 * n values are cut into eight regions of s = ceil(n / 8): value i lies in region r = i / s at place
 * j = i % s. The width is split into fields of 4, 2 and 1 bits (8 alone), widest first and from the
 * low bits up; a field of f bits fills a plane of f s bytes in which region r owns, of the byte
 *
 *     (r mod f) s + j        the f bits from        f (r / f)        up.
 *
 * So a vector of neighbouring values is one load, one shift and one mask for each field, on any ISA
 * and with no shuffle, and n values take exactly width * s bytes. Values of places that no i reaches
 * (the last region may be short) are 0.
 *
 * The planes of a width, in order of their fields: 3 = 2 + 1, 5 = 4 + 1, 6 = 4 + 2, 7 = 4 + 2 + 1. */
#ifndef PC_BITIO_BITS_H
#define PC_BITIO_BITS_H

#include "base/checked.h"
#include "pycomp/kernels.h"

enum { PC_BITS_REGIONS = 8 };

PC_INLINE size_t pc_bits_stride(size_t n)
{
    return pc_ceil_div(n, PC_BITS_REGIONS);
}

/* Bytes that n values of this width take. */
PC_INLINE size_t pc_bits_size(size_t n, unsigned width)
{
    return width * pc_bits_stride(n);
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

#endif
