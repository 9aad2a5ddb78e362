/* Differences between elements and what undoes them, as element-wise operations on two streams.
 *
 * Each op makes one element from the current one and the one before it (a column up, or `distance` back):
 *
 *     SUB            cur - prev, modulo 2^width            ADD             prev + cur
 *     SUB_ZIGZAG     zigzag(cur - prev)                    UNZIGZAG_ADD    prev + unzigzag(cur)
 *     XOR            cur ^ prev, its own inverse
 *     ZIGZAG         zigzag(cur)                           UNZIGZAG        unzigzag(cur)
 *
 * Arithmetic is on unsigned integers, so it wraps and loses nothing, whatever the sign of the type. Zigzag
 * puts small magnitudes of either sign on small codes: 0, -1, 1, -2, 2 ... become 0, 1, 2, 3, 4 ... */
#ifndef PC_TRANSFORM_DELTA_COMMON_H
#define PC_TRANSFORM_DELTA_COMMON_H

#include <string.h>

#include "base/compiler.h"
#include "pycomp/delta.h"

/* One element of each width, as the scalar twins compute it and the vector tiers end their streams. */
#define PC_DELTA_ELEMENT(type, bits)                                                                         \
    PC_INLINE type pc_zigzag_##type(type v)                                                                  \
    {                                                                                                        \
        return (type)((type)(v << 1) ^ (type)(0 - (v >> (bits - 1))));                                       \
    }                                                                                                        \
    PC_INLINE type pc_unzigzag_##type(type v) { return (type)((type)(v >> 1) ^ (type)(0 - (v & 1))); }       \
    PC_INLINE type pc_delta_##type(type cur, type prev, pc_delta_op op)                                      \
    {                                                                                                        \
        switch (op) {                                                                                        \
        case PC_DELTA_SUB: return (type)(cur - prev);                                                        \
        case PC_DELTA_SUB_ZIGZAG: return pc_zigzag_##type((type)(cur - prev));                               \
        case PC_DELTA_XOR: return (type)(cur ^ prev);                                                        \
        case PC_DELTA_ADD: return (type)(cur + prev);                                                        \
        case PC_DELTA_UNZIGZAG_ADD: return (type)(pc_unzigzag_##type(cur) + prev);                           \
        case PC_DELTA_ZIGZAG: return pc_zigzag_##type(cur);                                                  \
        case PC_DELTA_UNZIGZAG: return pc_unzigzag_##type(cur);                                              \
        }                                                                                                    \
        return cur;                                                                                          \
    }
PC_DELTA_ELEMENT(uint8_t, 8)
PC_DELTA_ELEMENT(uint16_t, 16)
PC_DELTA_ELEMENT(uint32_t, 32)
PC_DELTA_ELEMENT(uint64_t, 64)

/* Differences may be taken in place: there the previous element must be read before it is overwritten, so
 * they run from the last element to the first, and sums, which need the previous result, from the first. */
PC_INLINE int pc_delta_backward(pc_delta_op op)
{
    return op == PC_DELTA_SUB || op == PC_DELTA_SUB_ZIGZAG || op == PC_DELTA_XOR;
}

/* Bytes [0, n) of the streams, one element at a time; n is a multiple of the width. */
#define PC_DELTA_STREAM(type)                                                                                \
    PC_INLINE void pc_delta_stream_##type(const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n,   \
                                          pc_delta_op op, int backward)                                      \
    {                                                                                                        \
        for (size_t i = 0; i < n; i += sizeof(type)) {                                                       \
            size_t at = backward ? n - sizeof(type) - i : i;                                                 \
            type c, p;                                                                                       \
            memcpy(&c, cur + at, sizeof c);                                                                  \
            memcpy(&p, prev + at, sizeof p);                                                                 \
            c = pc_delta_##type(c, p, op);                                                                   \
            memcpy(dst + at, &c, sizeof c);                                                                  \
        }                                                                                                    \
    }
PC_DELTA_STREAM(uint8_t)
PC_DELTA_STREAM(uint16_t)
PC_DELTA_STREAM(uint32_t)
PC_DELTA_STREAM(uint64_t)

/* The op of pass 1, 2 .. order of a job, and whether that pass also maps the first elements' signs. */
pc_delta_op pc_delta_op_of(const pc_delta_job *job, unsigned number);
int pc_delta_maps(const pc_delta_job *job, unsigned number);

/* A line of n elements at any strides, in bytes. */
void pc_delta_strided(const pc_delta_job *job, const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst,
                      ptrdiff_t dst_stride, size_t n);

#endif
