/* Tokens to bits: two look-ups, one chain of shifts and one store a token. */
#ifndef PC_DEFLATE_EMIT_COMMON_H
#define PC_DEFLATE_EMIT_COMMON_H

#include "deflate/deflate_token_common.h"

PC_INLINE void pc_emit_body(const uint32_t *tokens, uint32_t n, const struct pc_emit_codes *codes,
                            struct pc_bit_writer *w)
{
    uint8_t *p = w->p;
    uint64_t bits = w->bits;
    uint32_t count = w->count; /* < 8 before a token, which has at most 15 + 5 + 15 + 13 bits */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t token = tokens[i], item = codes->items[token & (PC_TOKEN_ITEMS - 1)];
        uint32_t dist = codes->distances[token >> 9 & (PC_TOKEN_DISTANCES - 1)];
        uint64_t tail = (dist & 0xffff) | (uint64_t)(token >> 14) << (dist >> 16 & 31);
        bits |= (item >> 8 | tail << (item & 31)) << count;
        count += (item & 255) + (dist >> 24);
        pc_store64(p, bits);
        p += count >> 3;
        bits >>= count & ~7u;
        count &= 7;
    }
    w->p = p;
    w->bits = bits;
    w->count = count;
}

#endif
