/* From tokens to blocks. */
#ifndef PC_DEFLATE_BLOCK_H
#define PC_DEFLATE_BLOCK_H

#include "deflate/deflate_token_common.h"

/* Symbols of a run of tokens, without the end of block. */
typedef struct pc_symbol_counts {
    uint32_t litlen[PC_LITLEN_CODES], dist[PC_DIST_CODES];
} pc_symbol_counts;

void pc_count_tokens(const uint32_t *tokens, uint32_t n, pc_symbol_counts *counts);

/* Code lengths of a block, and what they cost: for the price-guided parsers. */
typedef struct pc_code_book {
    uint8_t litlen[PC_LITLEN_CODES], dist[PC_DIST_CODES];
} pc_code_book;

/* A run of tokens, the bytes that it stands for, and its counts. */
typedef struct pc_block {
    const uint32_t *tokens;
    const uint8_t *src;
    uint32_t count, bytes;
    int last, fixed_only;
} pc_block;

PC_INLINE void pc_put(struct pc_bit_writer *w, uint64_t bits, uint32_t count)
{
    w->bits |= bits << w->count;
    w->count += count;
    pc_store64(w->p, w->bits);
    w->p += w->count >> 3;
    w->bits >>= w->count & ~7u;
    w->count &= 7;
}

/* Writes the block in the cheapest of the three forms. At most block->bytes + 6 bytes for each 65535 begun,
 * and 8 more that are stored but not part of the result. */
void pc_block_write(const pc_kernels *kernels, const pc_block *block, const pc_symbol_counts *counts,
                    struct pc_bit_writer *w);

void pc_block_write_stored(const uint8_t *src, size_t n, int last, struct pc_bit_writer *w);

/* Estimated bits of a dynamic block. */
uint32_t pc_block_estimate(const pc_symbol_counts *counts);

/* What of it is the header. */
uint32_t pc_block_header_estimate(const pc_symbol_counts *counts);

/* Bits of a static block, without what begins and ends it. */
uint32_t pc_block_static_bits(const pc_symbol_counts *counts);

#endif
