/* Facts that the Huffman encoder and decoder share: the canonical order and the shape of a section.
 *
 * A canonical code (Schwartz and Kallick, "Generating a canonical prefix encoding", CACM 7, 1964)
 * follows from the lengths alone: sort the symbols by length, then by value, and number the codes
 * upwards, appending a zero bit whenever the length grows. Format: docs/formats/huffman.md. */
#ifndef PC_ENTROPY_HUFF_COMMON_H
#define PC_ENTROPY_HUFF_COMMON_H

#include <stdlib.h> /* _byteswap_uint64 where there is no builtin */
#include <string.h>

#include "base/mem.h"
#include "pycomp/huffman.h"

enum {
    PC_HUFFMAN_STREAMS = PC_HUFFMAN_MAX_STREAMS,
    PC_HUFFMAN_STREAMS_FROM = 2048, /* symbols; below, starting several streams costs over half a percent */
    PC_HUFFMAN_SIZE_MAX = 5         /* bytes of a stream size: up to 35 bits in groups of seven */
};

/* Streams in a section of n symbols. */
PC_INLINE unsigned pc_huffman_streams(size_t n)
{
    return n < PC_HUFFMAN_STREAMS_FROM ? 1 : PC_HUFFMAN_STREAMS;
}

/* Stream i of `streams` holds the symbols from the first of these on: equal shares, the last one takes
 * what is over. */
PC_INLINE size_t pc_huffman_stream_start(size_t n, unsigned streams, unsigned i)
{
    return i == streams ? n : n / streams * i;
}

/* Symbols in canonical order, and for each length the first code and the place of its symbol. */
typedef struct pc_huffman_order {
    uint8_t symbols[PC_HUFFMAN_SYMBOLS];
    uint16_t count[PC_HUFFMAN_MAX_LENGTH + 1], place[PC_HUFFMAN_MAX_LENGTH + 1];
    uint32_t code[PC_HUFFMAN_MAX_LENGTH + 1];
    unsigned longest, live;
} pc_huffman_order;

PC_INLINE void pc_huffman_sort(const uint8_t lengths[256], pc_huffman_order *order)
{
    uint16_t next[PC_HUFFMAN_MAX_LENGTH + 1];
    uint32_t code = 0;
    memset(order, 0, sizeof *order);
    for (unsigned s = 0; s < PC_HUFFMAN_SYMBOLS; s++) order->count[lengths[s]]++;
    order->count[0] = 0;
    for (unsigned length = 1; length <= PC_HUFFMAN_MAX_LENGTH; length++) {
        code = (code + order->count[length - 1]) << 1;
        order->code[length] = code;
        order->place[length] = next[length] = (uint16_t)order->live;
        order->live += order->count[length];
        if (order->count[length] != 0) order->longest = length;
    }
    for (unsigned s = 0; s < PC_HUFFMAN_SYMBOLS; s++) {
        if (lengths[s] != 0) order->symbols[next[lengths[s]]++] = (uint8_t)s;
    }
}

/* Most significant byte first: the order in which canonical codes compare. */
PC_INLINE uint64_t pc_huffman_big_endian(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_bswap64(x);
#else
    return _byteswap_uint64(x);
#endif
}

PC_INLINE uint64_t pc_huffman_load(const uint8_t *p) { return pc_huffman_big_endian(pc_load64(p)); }
PC_INLINE void pc_huffman_store(uint8_t *p, uint64_t v) { pc_store64(p, pc_huffman_big_endian(v)); }

#endif
