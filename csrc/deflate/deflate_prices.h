/* Prices for the parsers, learned from what has been parsed. */
#ifndef PC_DEFLATE_PRICES_H
#define PC_DEFLATE_PRICES_H

#include "deflate/deflate_block.h"

/* Before anything is known: a guess from the first bytes. */
void pc_prices_guess(pc_prices *prices, const uint8_t *src, uint32_t n);

/* From the symbols of the last tokens. */
void pc_prices_learn(pc_prices *prices, const pc_symbol_counts *counts);

#endif
