/* Codes of bytes: their lengths, checked and in serial form. */
#include <string.h>

#include "base/mem.h"
#include "entropy/code_lengths.h"
#include "pycomp/huffman.h"

enum { SYMBOLS = PC_HUFFMAN_SYMBOLS, MAX_LENGTH = PC_HUFFMAN_MAX_LENGTH };

pc_status pc_huffman_lengths(const uint32_t counts[256], unsigned limit, uint8_t lengths[256])
{
    if (limit < PC_HUFFMAN_MIN_LIMIT || limit > MAX_LENGTH) return PC_ERR_PARAM;
    pc_code_lengths(counts, SYMBOLS, limit, lengths);
    return PC_OK;
}

int pc_huffman_lengths_valid(const uint8_t lengths[256])
{
    uint32_t kraft = 0;
    unsigned live = 0;
    for (unsigned s = 0; s < SYMBOLS; s++) {
        if (lengths[s] == 0) continue;
        if (lengths[s] > MAX_LENGTH) return 0;
        kraft += 1u << (MAX_LENGTH - lengths[s]);
        live++;
    }
    if (live == 1) return kraft == 1u << (MAX_LENGTH - 1);
    return kraft == 1u << MAX_LENGTH;
}

uint64_t pc_huffman_cost(const uint32_t counts[256], const uint8_t lengths[256])
{
    uint64_t bits = 0;
    for (unsigned s = 0; s < SYMBOLS; s++) bits += (uint64_t)counts[s] * lengths[s];
    return bits;
}

pc_status pc_huffman_write_lengths(const uint8_t lengths[256], uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    unsigned first = 0, last = SYMBOLS - 1;
    if (!pc_huffman_lengths_valid(lengths)) return PC_ERR_PARAM;
    while (lengths[first] == 0) first++;
    while (lengths[last] == 0) last--;
    unsigned span = last - first + 1;
    size_t size = 2 + (span + 1) / 2;
    if (dst_cap < size) return PC_ERR_DST_SIZE;
    dst[0] = (uint8_t)first;
    dst[1] = (uint8_t)last;
    for (unsigned i = 0; i < span; i += 2) {
        unsigned high = i + 1 < span ? lengths[first + i + 1] : 0;
        dst[2 + i / 2] = (uint8_t)(lengths[first + i] | high << 4);
    }
    *dst_len = size;
    return PC_OK;
}

pc_status pc_huffman_read_lengths(const uint8_t *src, size_t src_len, uint8_t lengths[256], size_t *src_used)
{
    if (src_len < 2) return PC_ERR_TRUNCATED;
    unsigned first = src[0], last = src[1];
    if (last < first) return PC_ERR_CORRUPT;
    unsigned span = last - first + 1;
    size_t size = 2 + (span + 1) / 2;
    if (src_len < size) return PC_ERR_TRUNCATED;
    memset(lengths, 0, SYMBOLS);
    for (unsigned i = 0; i < span; i++) lengths[first + i] = (src[2 + i / 2] >> (i % 2 * 4)) & 15;
    /* One table has one serial form: no dead symbol at either end, no bits in the spare nibble. */
    if (lengths[first] == 0 || lengths[last] == 0) return PC_ERR_CORRUPT;
    if (span % 2 != 0 && src[size - 1] >> 4 != 0) return PC_ERR_CORRUPT;
    if (!pc_huffman_lengths_valid(lengths)) return PC_ERR_CORRUPT;
    *src_used = size;
    return PC_OK;
}
