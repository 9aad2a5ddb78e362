/* Self-contained streams of entropy-coded bytes: what pycomp.entropy.huffman and .rans write. A frame
 * knows its version, coder and length, and codes blocks of 1 MiB, each under a table of its own, as
 * itself or as one repeated byte (docs/formats/frame.md). */
#ifndef PYCOMP_FRAME_H
#define PYCOMP_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pc_frame_coder { PC_FRAME_HUFFMAN = 1, PC_FRAME_RANS = 2 } pc_frame_coder;

/* Never more than this many bytes for n: n + 13 + a byte for every full MiB. */
size_t pc_frame_bound(size_t n);

/* limit: longest Huffman code, 8..15; not looked at by the other coder. */
pc_status pc_frame_encode(const pc_kernels *kernels, pc_frame_coder coder, unsigned limit, const uint8_t *src,
                          size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len);

/* How many bytes the frame holds. Frames too short for the number of blocks that this takes are
 * refused, so *n is at most 2^19 times src_len; callers set their own limit before they allocate. */
pc_status pc_frame_length(pc_frame_coder coder, const uint8_t *src, size_t src_len, size_t *n);

/* Decodes a frame of exactly src_len bytes; n is what pc_frame_length says. */
pc_status pc_frame_decode(const pc_kernels *kernels, pc_frame_coder coder, const uint8_t *src, size_t src_len,
                          uint8_t *dst, size_t n);

#ifdef __cplusplus
}
#endif

#endif
