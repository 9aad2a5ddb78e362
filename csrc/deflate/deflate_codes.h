/* Huffman codes for one DEFLATE block. */
#ifndef PC_DEFLATE_CODES_H
#define PC_DEFLATE_CODES_H

#include <stdint.h>

/* Optimal code lengths of at most `limit` bits for n <= 288 symbols; absent symbols get 0. Fewer than two
 * live symbols: lengths of 1 for two symbols, so that the code is complete, as some readers want it. */
void pc_block_lengths(const uint32_t *counts, unsigned n, unsigned limit, uint8_t *lengths);

/* Canonical codes for the lengths, bits reversed into the order in which DEFLATE sends them. */
void pc_code_words(const uint8_t *lengths, unsigned n, uint16_t *words);

#endif
