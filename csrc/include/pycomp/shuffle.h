/* Shuffles: the bytes, or the bits, of like significance side by side, which is what makes numbers legible to
 * a byte coder. Layouts are those of Blosc: planes from the least byte on; bit planes from the least bit on,
 * eight elements a byte, the first in bit 0. */
#ifndef PYCOMP_SHUFFLE_H
#define PYCOMP_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pc_shuffle_kind {
    PC_SHUFFLE_BYTE, /* width planes of n bytes */
    PC_SHUFFLE_BIT,  /* 8 width planes of n / 8 bytes; the last n % 8 elements follow as they are */
    PC_SHUFFLE_DELTA /* the byte planes, each byte less the one before it in its plane */
} pc_shuffle_kind;

/* An element's bytes; beyond it a shuffle has no more to say, and its blocks would not fit a cache. */
enum { PC_SHUFFLE_MAX_WIDTH = 256 };

/* n elements of `width` bytes; src and dst of n * width bytes must not overlap. */
pc_status pc_shuffle(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t n,
                     size_t width, uint8_t *dst, unsigned threads);
pc_status pc_unshuffle(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t n,
                       size_t width, uint8_t *dst, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
