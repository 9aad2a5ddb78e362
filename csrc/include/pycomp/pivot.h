/* Level-ordered Huffman: the same bits as canonical Huffman, ordered so that SIMD can decode them.
 * Format: docs/formats/pivot.md. */
#ifndef PYCOMP_PIVOT_H
#define PYCOMP_PIVOT_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* Symbols coded under one tree walk. Larger pieces waste fewer padding bits, smaller ones stay in
     * the L1 cache: docs/design/0007-pivot.md has the measurements. */
    PC_PIVOT_PIECE = 1 << 16,
    PC_PIVOT_MAX_DEPTH = 15,
    /* 15 lengths, each with at most 8 leaves (one for each bit of its symbol count). */
    PC_PIVOT_MAX_LEAVES = 15 * 8,
    PC_PIVOT_MAX_NODES = 2 * PC_PIVOT_MAX_LEAVES
};

typedef struct pc_pivot_node {
    uint8_t leaf;  /* 1: a leaf of 2^width symbols; 0: an inner node */
    uint8_t width; /* leaf: bits of one symbol's number within it */
    uint8_t first; /* leaf: rank of its first symbol; inner: first rank of the upper child */
    uint8_t upper; /* inner: node number of the upper child; the lower one is the next node */
} pc_pivot_node;

/* A code ready for both directions; a plain value. Nodes stand in preorder. */
typedef struct pc_pivot_code {
    uint8_t rank[256];   /* by symbol; 0 for absent ones */
    uint8_t symbol[256]; /* by rank */
    uint8_t lengths[256];
    pc_pivot_node nodes[PC_PIVOT_MAX_NODES];
    unsigned n_nodes, n_symbols;
} pc_pivot_code;

/* Builds the code from lengths that pc_huffman_lengths_valid accepts, else PC_ERR_CORRUPT. */
pc_status pc_pivot_build(pc_pivot_code *code, const uint8_t lengths[256]);

/* Bytes that n symbols can take at most under any code: 15 bits each, and for each node of each piece
 * what rounding up to eight symbols adds. */
size_t pc_pivot_bound(size_t n);

/* Workspace, in bytes, of either direction; PC_ALIGNMENT alignment is welcome, not required. */
size_t pc_pivot_encode_workspace(void);
size_t pc_pivot_decode_workspace(void);

/* Codes src. dst_cap must be at least pc_pivot_bound(n) + 64 (kernels overwrite up to 64 bytes of
 * slack). Symbols absent from the code are the caller's error and decode as another symbol. */
pc_status pc_pivot_encode(const pc_kernels *kernels, const pc_pivot_code *code, const uint8_t *src, size_t n,
                          uint8_t *dst, size_t dst_cap, size_t *dst_len, void *workspace);

/* The same for rows of an array, as if they stood one behind the other in the order given. */
typedef struct pc_pivot_rows {
    const uint8_t *src;
    size_t cols, n;
    const uint32_t *order; /* n row numbers; NULL: the first n rows */
} pc_pivot_rows;
pc_status pc_pivot_encode_rows(const pc_kernels *kernels, const pc_pivot_code *code,
                               const pc_pivot_rows *rows, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                               void *workspace);

/* Decodes n symbols and says how many bytes of src they took. Reads up to 64 bytes past src_len (they
 * must be readable, their values do not matter) and writes up to 64 bytes past dst + n. */
pc_status pc_pivot_decode(const pc_kernels *kernels, const pc_pivot_code *code, const uint8_t *src,
                          size_t src_len, size_t *src_used, uint8_t *dst, size_t n, void *workspace);

#ifdef __cplusplus
}
#endif

#endif
