/* The predictors that look both left and up, sample by sample, in the type's own width: nothing is widened,
 * so vectors carry as many samples as they have bytes or halves.
 *
 * The median of a, b and a + b - c is min + max - c with c held between them. Of Paeth's three distances two
 * are |b - c| and |a - c|; the third, to c itself, is their difference if c lies between a and b, and else
 * their sum, which never wins. Sources: PNG 1.2, 6.6 (Paeth, "Image file compression made easy", 1991); ITU-T
 * T.87 (Martucci, "Reversible compression of HDTV images using median adaptive prediction", 1990). */
#ifndef PC_PREDICT_PLANE_COMMON_H
#define PC_PREDICT_PLANE_COMMON_H

#include <string.h>

#include "base/compiler.h"
#include "pycomp/plane.h"

#define PC_PLANE_SAMPLE(type)                                                                                \
    PC_INLINE type pc_plane_##type(type a, type b, type c, pc_plane_method method)                           \
    {                                                                                                        \
        type low = PC_MIN(a, b), high = PC_MAX(a, b);                                                        \
        if (method == PC_PLANE_AVERAGE) return (type)((a & b) + (type)((type)(a ^ b) >> 1));                 \
        if (method == PC_PLANE_MED) {                                                                        \
            type held = PC_MAX(c, low);                                                                      \
            held = PC_MIN(held, high);                                                                       \
            return (type)(low + high - held);                                                                \
        }                                                                                                    \
        type to_a = (type)(PC_MAX(b, c) - PC_MIN(b, c)), to_b = (type)(PC_MAX(a, c) - PC_MIN(a, c));         \
        type apart = (type)(PC_MAX(to_a, to_b) - PC_MIN(to_a, to_b));                                        \
        type to_c = (type)(low < c && c < high ? apart : (type) - 1);                                        \
        type of_two = to_a <= to_b ? a : b, best = PC_MIN(to_a, to_b);                                       \
        return best <= to_c ? of_two : c;                                                                    \
    }                                                                                                        \
    /* Samples that have neighbours on all sides; streams may have any alignment. */                         \
    PC_INLINE void pc_plane_stream_##type(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t n,  \
                                          size_t back, pc_plane_method method)                               \
    {                                                                                                        \
        for (size_t i = 0; i < n; i += sizeof(type)) {                                                       \
            type x, a, b, c;                                                                                 \
            memcpy(&x, cur + i, sizeof x);                                                                   \
            memcpy(&a, cur + i - back, sizeof a);                                                            \
            memcpy(&b, above + i, sizeof b);                                                                 \
            memcpy(&c, above + i - back, sizeof c);                                                          \
            x = (type)(x - pc_plane_##type(a, b, c, method));                                                \
            memcpy(dst + i, &x, sizeof x);                                                                   \
        }                                                                                                    \
    }
PC_PLANE_SAMPLE(uint8_t)
PC_PLANE_SAMPLE(uint16_t)

/* Bytes [0, n) of a row, all of whose neighbours are there; compiled for each method and width by whoever
 * calls. */
#define PC_PLANE_STREAMS(cur, above, dst, n, back, width, method)                                            \
    do {                                                                                                     \
        if ((width) == 1 && (method) == PC_PLANE_AVERAGE)                                                    \
            pc_plane_stream_uint8_t(cur, above, dst, n, back, PC_PLANE_AVERAGE);                             \
        else if ((width) == 1 && (method) == PC_PLANE_PAETH)                                                 \
            pc_plane_stream_uint8_t(cur, above, dst, n, back, PC_PLANE_PAETH);                               \
        else if ((width) == 1)                                                                               \
            pc_plane_stream_uint8_t(cur, above, dst, n, back, PC_PLANE_MED);                                 \
        else if ((method) == PC_PLANE_AVERAGE)                                                               \
            pc_plane_stream_uint16_t(cur, above, dst, n, back, PC_PLANE_AVERAGE);                            \
        else if ((method) == PC_PLANE_PAETH)                                                                 \
            pc_plane_stream_uint16_t(cur, above, dst, n, back, PC_PLANE_PAETH);                              \
        else                                                                                                 \
            pc_plane_stream_uint16_t(cur, above, dst, n, back, PC_PLANE_MED);                                \
    } while (0)

#endif
