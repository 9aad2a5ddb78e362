/* Length-limited canonical Huffman codes over at most 256 symbols. */
#ifndef PYCOMP_HUFFMAN_H
#define PYCOMP_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_HUFFMAN_SYMBOLS = 256,
    PC_HUFFMAN_MIN_LIMIT = 8,
    PC_HUFFMAN_MAX_LENGTH = 15,
    PC_HUFFMAN_MAX_STREAMS = 4,
    PC_HUFFMAN_LENGTHS_BOUND = 2 + 128 /* bytes that pc_huffman_write_lengths needs at most */
};

/* Optimal code lengths under the limit (8..15), for counts of any size whose sum is < 2^32.
 * Absent symbols get 0. One present symbol gets length 1; none: all 0. Deterministic: ties go to the
 * lower symbol. No heap; about 20 KiB of stack at most. */
pc_status pc_huffman_lengths(const uint32_t counts[256], unsigned limit, uint8_t lengths[256]);

/* Whether the lengths form a complete prefix code (Kraft sum exactly 1), or the one-symbol code of
 * length 1, none above PC_HUFFMAN_MAX_LENGTH. Readers call it before they trust a table. */
int pc_huffman_lengths_valid(const uint8_t lengths[256]);

/* Bits that the code spends on the counts. */
uint64_t pc_huffman_cost(const uint32_t counts[256], const uint8_t lengths[256]);

/* Serial form of a table: first live symbol, last live symbol, then 4 bits for each length between
 * (low nibble first). The reader validates and says how many bytes it took. */
pc_status pc_huffman_write_lengths(const uint8_t lengths[256], uint8_t *dst, size_t dst_cap, size_t *dst_len);
pc_status pc_huffman_read_lengths(const uint8_t *src, size_t src_len, uint8_t lengths[256], size_t *src_used);

/* A section: table, stream sizes, streams (docs/formats/huffman.md). It does not hold n, which every
 * container knows already. */

/* Never more than this many bytes for n symbols. */
size_t pc_huffman_bound(size_t n);

/* Encodes 1 <= n < 2^32 symbols with an optimal code under the limit (8..15; 12 decodes fastest). */
pc_status pc_huffman_encode(const pc_kernels *kernels, const uint8_t *src, size_t n, unsigned limit,
                            uint8_t *dst, size_t dst_cap, size_t *dst_len);

/* Decodes a section of exactly src_len bytes into exactly n >= 1 symbols. The plain form does the same
 * without tables, one code at a time: slower, simpler, and the reference for the other. */
pc_status pc_huffman_decode(const uint8_t *src, size_t src_len, uint8_t *dst, size_t n);
pc_status pc_huffman_decode_plain(const uint8_t *src, size_t src_len, uint8_t *dst, size_t n);

#ifdef __cplusplus
}
#endif

#endif
