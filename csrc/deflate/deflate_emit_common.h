/* Tokens to bits: two look-ups, one chain of shifts and one store a token or two.
 *
 * Two tokens seldom have more than 56 bits together, and then wait for one store. Where nearly all tokens are
 * literals, four go at once. Vectors don't help: sixteen codes gathered at once and put together as pairs
 * took up to twice the time on a processor of which gathers are slow, and no less on base64. */
#ifndef PC_DEFLATE_EMIT_COMMON_H
#define PC_DEFLATE_EMIT_COMMON_H

#include "deflate/deflate_token_common.h"

typedef struct pc_emit_word {
    uint64_t bits;
    uint32_t count;
} pc_emit_word;

/* At most 15 + 5 + 15 + 13 bits. */
PC_INLINE pc_emit_word pc_emit_token(const struct pc_emit_codes *codes, uint32_t token)
{
    const uint32_t item = codes->items[token & (PC_TOKEN_ITEMS - 1)];
    const uint32_t symbol = token >> 9 & (PC_TOKEN_DISTANCES - 1);
    const uint64_t dist = codes->distances[symbol];
    const uint64_t tail = dist >> 8 | (uint64_t)(token >> 14) << (dist & 63);
    return (pc_emit_word){item >> 8 | tail << (item & 63), (item & 255) + codes->distance_bits[symbol]};
}

/* Stores what waits, whole bytes of it for good. count < 64. */
PC_INLINE void pc_emit_store(struct pc_bit_writer *w)
{
    pc_store64(w->p, w->bits);
    w->p += w->count >> 3;
    w->bits >>= w->count & 56;
    w->count &= 7;
}

PC_INLINE void pc_emit_add(struct pc_bit_writer *w, pc_emit_word word)
{
    w->bits |= word.bits << w->count;
    w->count += word.count;
}

/* Whether four tokens are literals: if so, their codes in one word of at most 56 bits. */
PC_INLINE int pc_emit_literals(const struct pc_emit_codes *codes, const uint32_t *four, pc_emit_word *word)
{
    const uint32_t a = four[0], b = four[1], c = four[2], d = four[3];
    if (PC_UNLIKELY((a | b | c | d) > 255)) return 0;
    const uint32_t first = codes->items[a], second = codes->items[b];
    const uint32_t third = codes->items[c], fourth = codes->items[d];
    const uint64_t low = first >> 8 | (uint64_t)(second >> 8) << (first & 63);
    const uint64_t high = third >> 8 | (uint64_t)(fourth >> 8) << (third & 63);
    const uint32_t low_bits = first + second; /* the low bytes never carry: their sum is 56 at most */
    *word = (pc_emit_word){low | high << (low_bits & 63), (low_bits + third + fourth) & 63};
    return 1;
}

PC_INLINE void pc_emit_body(const uint32_t *tokens, uint32_t n, const struct pc_emit_codes *codes,
                            struct pc_bit_writer *shared)
{
    struct pc_bit_writer w = *shared;
    uint32_t i = 0;
    if (codes->literals) {
        while (i + 4 <= n) {
            pc_emit_word word;
            if (PC_LIKELY(pc_emit_literals(codes, tokens + i, &word))) {
                pc_emit_add(&w, word);
                pc_emit_store(&w);
                i += 4;
                continue;
            }
            for (const uint32_t end = i + 4; i < end; i++) {
                pc_emit_add(&w, pc_emit_token(codes, tokens[i]));
                pc_emit_store(&w);
            }
        }
    }
    for (; i + 2 <= n; i += 2) {
        const pc_emit_word first = pc_emit_token(codes, tokens[i]);
        const pc_emit_word second = pc_emit_token(codes, tokens[i + 1]);
        pc_emit_add(&w, first);
        if (PC_UNLIKELY(w.count + second.count > 63)) pc_emit_store(&w);
        pc_emit_add(&w, second);
        pc_emit_store(&w);
    }
    if (i < n) {
        pc_emit_add(&w, pc_emit_token(codes, tokens[i]));
        pc_emit_store(&w);
    }
    *shared = w;
}

#endif
