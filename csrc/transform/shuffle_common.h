/* The kernels under the shuffles, and one block of each kind.
 *
 * byte_split: plane b of n elements, dst[b * stride + i] = src[i * width + b]. byte_merge is its inverse.
 * bit_split:  bit b of n bytes (n a multiple of 8), bit i % 8 of dst[b * stride + i / 8]. bit_merge likewise.
 *
 * Nothing is read or written beyond the n elements. */
#ifndef PC_TRANSFORM_SHUFFLE_COMMON_H
#define PC_TRANSFORM_SHUFFLE_COMMON_H

#include "base/compiler.h"
#include "pycomp/shuffle.h"

/* Bytes of a block of planes: split and then worked on while in L1. */
enum { PC_SHUFFLE_ROOM = 16384 };

/* Elements of a block: as many as the room holds, in whole vectors of bits. */
PC_INLINE size_t pc_shuffle_block(size_t width) { return (size_t)PC_SHUFFLE_ROOM / width / 64 * 64; }

/* Elements [first, first + n) of a shuffle of `total`; first is a multiple of 8. */
void pc_shuffle_part(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t first,
                     size_t n, size_t total, size_t width, uint8_t *dst);

/* The inverse. The delta kind takes in `ends` the last byte of each plane before `first`, and leaves there
 * the last of this part. */
void pc_unshuffle_part(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t first,
                       size_t n, size_t total, size_t width, uint8_t *dst, uint8_t *ends);

#endif
