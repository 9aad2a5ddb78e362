/* BGZF, the blocked gzip of genomics (SAM specification, 4.1): gzip members of at most 64 KiB, each with its
 * compressed size in an extra field "BC", so that a reader can go from one to the next without inflating. The
 * last one is empty and marks the end of the file. */
#ifndef PYCOMP_BGZF_H
#define PYCOMP_BGZF_H

#include "pycomp/deflate_parallel.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_BGZF_BLOCK = 0xff00, /* input of a block: what fits 64 KiB even if it has to be stored */
    PC_BGZF_MAX = 1 << 16,  /* a block, compressed or not, is never longer */
    PC_BGZF_HEADER = 18,
    PC_BGZF_END = 28
};

/* The empty block that ends a file. */
extern const uint8_t pc_bgzf_end[PC_BGZF_END];

/* Length of the whole block at src; 0 if its header is not all there, or not of this format (*bad). */
size_t pc_bgzf_block_size(const uint8_t *src, size_t n, int *bad);

/* Room for n bytes as blocks, without the end. */
size_t pc_bgzf_bound(size_t n);

/* n bytes as blocks, each written to a slot of its own and then moved together. sizes gets the compressed
 * length of each of the ceil(n / PC_BGZF_BLOCK) blocks. */
pc_status pc_bgzf_compress(const pc_kernels *kernels, int level, const uint8_t *src, size_t n,
                           unsigned threads, uint8_t *dst, size_t dst_cap, size_t *dst_len, uint32_t *sizes);

#ifdef __cplusplus
}
#endif

#endif
