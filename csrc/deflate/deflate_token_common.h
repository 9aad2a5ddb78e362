/* Tokens, and the job that a parser does: bytes in, tokens out.
 *
 * A token is one literal or one match in 32 bits, laid out so that coding it takes two table look-ups and no
 * branch:
 *
 *     bits 0..8    literal byte, or 256 + length - 3
 *     bits 9..13   0, or distance symbol + 1
 *     bits 14..26  extra bits of the distance
 *
 * A literal's token is the byte itself. */
#ifndef PC_DEFLATE_TOKEN_COMMON_H
#define PC_DEFLATE_TOKEN_COMMON_H

#include "base/mem.h"
#include "deflate/deflate_common.h"
#include "pycomp/kernels.h"

enum {
    PC_TOKEN_ITEMS = 512,               /* values of the first field */
    PC_TOKEN_DISTANCES = 32,            /* values of the second */
    PC_TOKEN_MATCH = 256 - PC_MATCH_MIN /* + length = first field of a match */
};

/* Distances 1..4 have a symbol each; above, two symbols to each power of two, the bit under the top one
 * choosing between them and the rest being extra bits. */
PC_INLINE uint32_t pc_distance_extra_bits(uint32_t distance) { return pc_log2_floor((distance - 1) | 3) - 1; }

PC_INLINE uint32_t pc_token_match(uint32_t length, uint32_t distance)
{
    uint32_t extra = pc_distance_extra_bits(distance), x = distance - 1;
    return (length + PC_TOKEN_MATCH) | (2 * extra + (x >> extra) + 1) << 9 | (x & ((1u << extra) - 1)) << 14;
}

/* Lengths 3..10 have a symbol each; above, four symbols to each power of two, but 258 has its own. */
PC_INLINE uint32_t pc_length_symbol(uint32_t length)
{
    const uint32_t x = length - PC_MATCH_MIN, extra = pc_log2_floor(x | 4) - 2;
    return length == PC_MATCH_MAX ? PC_LITLEN_SYMBOLS - PC_FIRST_LENGTH - 1 : 4 * extra + (x >> extra);
}

/* Bytes that a token stands for. */
PC_INLINE uint32_t pc_token_bytes(uint32_t token)
{
    uint32_t item = token & (PC_TOKEN_ITEMS - 1);
    return item < 256 ? 1 : item - PC_TOKEN_MATCH;
}

/* How hard a level looks. */
typedef struct pc_effort {
    uint16_t depth; /* places that are looked at */
    uint16_t less;  /* the same when there is a match in hand; for the second place ahead, half of it */
    uint16_t nice;  /* a match this long ends the search */
    uint8_t passes; /* of the near-optimal parser */
} pc_effort;

/* What things are taken to cost, in 1/16 bits: a literal on average, a match by length and by distance
 * symbol, extra bits included. Parsers weigh candidates by them; see deflate_prices.c. */
typedef struct pc_prices {
    int32_t literal, value; /* value: of covering one more byte */
    int32_t put_off;        /* what a match must be better by, than one a byte earlier */
    int32_t triples;        /* whether any match of three bytes is worth while */
    uint16_t lengths[PC_MATCH_MAX + 1], dists[PC_TOKEN_DISTANCES];
} pc_prices;

PC_INLINE int32_t pc_match_price(const pc_prices *prices, uint32_t length, uint32_t distance)
{
    uint32_t extra = pc_distance_extra_bits(distance);
    return prices->lengths[length] + prices->dists[2 * extra + ((distance - 1) >> extra)];
}

/* One stretch of input and the parser's place in it. src[-history, 0) may be referred to; tables hold
 * positions modulo 2^16, `origin` being that of src[0]. */
struct pc_parse_job {
    const uint8_t *src;
    uint32_t n, at;   /* bytes of the stretch; the first not parsed yet, moved by the parser */
    uint32_t history; /* bytes before src, at most PC_DISTANCE_MAX */
    uint32_t window;  /* furthest distance allowed */
    uint32_t origin;
    uint32_t min_match; /* shorter ones are not wanted */
    uint32_t *tokens;
    uint32_t count, cap; /* stops when fewer than PC_TOKEN_MARGIN places are left */
    uint32_t room;       /* what there is in all, where tokens are not wanted piece by piece: level 1 */
    pc_effort effort;
    const pc_prices *prices;
    void *tables;
    uint32_t hash_bits; /* of their slots */
};

/* The codes of a block as pc_deflate_emit wants them. items: number << 8 | bits, a length's extra bits being
 * part of the number. distances: code << 8 | its bits; distance_bits: with the extra bits. All 0 for "no
 * distance". */
struct pc_emit_codes {
    uint64_t distances[PC_TOKEN_DISTANCES];
    uint32_t items[PC_TOKEN_ITEMS];
    uint8_t distance_bits[PC_TOKEN_DISTANCES];
    uint8_t literals; /* nearly all tokens are literals, and none has a code of 15 bits */
};

/* Bits on their way out: fewer than eight wait between calls. Each store writes eight bytes at p. */
struct pc_bit_writer {
    uint8_t *p;
    uint64_t bits;
    uint32_t count;
};

enum { PC_TOKEN_MARGIN = 8 };

#define PC_GOLDEN 2654435761u

/* Knuth's multiplicative hash by the golden ratio. */
PC_INLINE uint32_t pc_hash_four(uint32_t four, unsigned bits) { return four * PC_GOLDEN >> (32 - bits); }

/* How far back a match at place i may reach. */
PC_INLINE uint32_t pc_parse_reach(const struct pc_parse_job *job, uint32_t i)
{
    return PC_MIN(job->window, job->history + i);
}

#endif
