/* Huffman codes for one DEFLATE block. */
#ifndef PC_DEFLATE_CODES_H
#define PC_DEFLATE_CODES_H

#include <stdint.h>

#include "deflate/deflate_token_common.h"

/* Optimal code lengths of at most `limit` bits for n <= 288 symbols; absent symbols get 0. Fewer than two
 * live symbols: lengths of 1 for two symbols, so that the code is complete, as some readers want it. */
void pc_block_lengths(const uint32_t *counts, unsigned n, unsigned limit, uint8_t *lengths);

/* Canonical codes for the lengths, bits reversed into the order in which DEFLATE sends them. */
void pc_code_words(const uint8_t *lengths, unsigned n, uint16_t *words);

/* The fixed codes, for tokens of any kind; deflate_fixed.c. The end of the block is seven zeros. */
extern const struct pc_emit_codes pc_fixed_codes;
enum { PC_FIXED_END_BITS = 7 };

#endif
