/* Optimal length-limited prefix codes for any alphabet of the project: bytes and DEFLATE's symbols. */
#ifndef PC_ENTROPY_CODE_LENGTHS_H
#define PC_ENTROPY_CODE_LENGTHS_H

#include <stdint.h>

enum {
    PC_CODE_SYMBOLS = 288, /* DEFLATE's literals and lengths */
    PC_CODE_LIMIT = 15     /* its longest codes, and ours */
};

/* Lengths of the cheapest code with none above `limit` bits, for n <= PC_CODE_SYMBOLS counts whose sum is
 * below 2^32; 2^limit >= n, limit <= PC_CODE_LIMIT. Absent symbols get 0, a lone one gets 1. Of equal counts
 * the lower symbol gets the shorter code. Returns how many symbols are present. No heap; about 20 KiB of
 * stack. */
unsigned pc_code_lengths(const uint32_t *counts, unsigned n, unsigned limit, uint8_t *lengths);

#endif
