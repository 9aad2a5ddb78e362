/* Levels 2 to 9: greedy and lazy matching over hash chains.
 *
 * Chains are gzip's: the head of the next four bytes' hash names the newest place that had them, and each
 * place names the one before it. One table more, of the next three bytes, finds what is too short for a
 * chain, near by only. Chains beat rows of tags here (docs/design/0011): few candidates are looked at, and a
 * row costs more to open than a short chain to walk.
 *
 * Lazy matching puts a match off while one of the next places has a better one, as gzip does; better by what
 * it saves in bits, at prices learned from the last tokens (deflate_prices.c).
 *
 * A link is the distance to the place before, less one. Only heads and triples are cleared: every place of
 * the window has a link, if only PC_CHAIN_END. The body is inline: each tier compiles it for its
 * instructions. */
#ifndef PC_DEFLATE_CHAIN_COMMON_H
#define PC_DEFLATE_CHAIN_COMMON_H

#include <string.h>

#include "deflate/deflate_token_common.h"
#include "match/extend.h"

enum {
    PC_CHAIN_BITS = 16,         /* heads: two for each place of a window, so that few chains are mixed */
    PC_CHAIN_BRIEF_BITS = 11,   /* for less than 1 KiB */
    PC_CHAIN_TRIPLE_FEWER = 2,  /* bits: a quarter as many slots for three-byte matches, a place each */
    PC_CHAIN_TRIPLE_FAR = 4096, /* further away, three literals are cheaper */
    PC_CHAIN_END = UINT16_MAX,  /* a link beyond any window */
    PC_CHAIN_PATIENCE = 512
};

/* At fixed places, so that one register names all. */
typedef struct pc_chain_tables {
    uint32_t heads[1 << PC_CHAIN_BITS];
    uint16_t links[PC_DISTANCE_MAX], triples[1 << (PC_CHAIN_BITS - PC_CHAIN_TRIPLE_FEWER)];
} pc_chain_tables;

typedef struct pc_chain {
    pc_chain_tables *in;
    uint32_t bits; /* of heads, fewer for little input */
} pc_chain;

PC_INLINE pc_chain pc_chain_at(const struct pc_parse_job *job)
{
    return (pc_chain){job->tables, job->hash_bits};
}

PC_INLINE void pc_chain_clear(pc_chain_tables *in, uint32_t bits)
{
    memset(in->heads, 0, sizeof *in->heads << bits);
    memset(in->triples, 0, sizeof *in->triples << (bits - PC_CHAIN_TRIPLE_FEWER));
}

PC_INLINE uint16_t *pc_chain_link(const pc_chain *c, uint32_t position)
{
    return c->in->links + (position & (PC_DISTANCE_MAX - 1));
}
PC_INLINE uint16_t *pc_chain_triple(const pc_chain *c, uint32_t four)
{
    return c->in->triples + pc_hash_four(four << 8, c->bits - PC_CHAIN_TRIPLE_FEWER);
}
PC_INLINE uint32_t *pc_chain_head(const pc_chain *c, uint32_t four)
{
    return c->in->heads + pc_hash_four(four, c->bits);
}

/* Puts a place at the head of its chain; returns the distance to the next. */
PC_INLINE uint32_t pc_chain_enter(const pc_chain *c, uint32_t four, uint32_t position)
{
    uint32_t *head = pc_chain_head(c, four);
    const uint32_t link = PC_MIN(position - 1 - *head, (uint32_t)PC_CHAIN_END);
    *head = position;
    *pc_chain_link(c, position) = (uint16_t)link;
    return link + 1;
}

/* A match and what it saves; length 0 when there is none that saves anything. */
typedef struct pc_match {
    uint32_t length, distance;
    int32_t gain;
} pc_match;

/* Enters places, for three-byte matches too if `triples` or where there is so little input that each of them
 * counts: for a large one that is 0.15 % smaller and 3 % slower at level 6. */
PC_INLINE void pc_chain_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to, int triples)
{
    const pc_chain c = pc_chain_at(job);
    const uint32_t end = job->n < 4 ? 0 : PC_MIN(to, job->n - 3);
    uint32_t i = from;
    for (; i < end; i++) {
        const uint32_t position = job->origin + i, four = pc_load32(job->src + i);
        if (triples || c.bits < PC_CHAIN_BITS) *pc_chain_triple(&c, four) = (uint16_t)position;
        pc_chain_enter(&c, four, position);
    }
    for (; i < to; i++) *pc_chain_link(&c, job->origin + i) = PC_CHAIN_END;
}

/* Makes the match the best one if it saves more. A match that costs as much as its literals is none. */
PC_INLINE void pc_match_better(const pc_prices *prices, uint32_t length, uint32_t distance, pc_match *best)
{
    int32_t price = pc_match_price(prices, length, distance), gain = (int32_t)length * prices->value - price;
    if (gain <= best->gain || price >= (int32_t)length * prices->literal) return;
    *best = (pc_match){length, distance, gain};
}

/* Where to walk on from a match. A longer one agrees with its `length` bytes and one more, so it is on the
 * chain of each four of these bytes; the chain whose next place is furthest away leaves out most that can't
 * be it. The links of all but the last chain are those at the match, that one has its head. (Nosov's idea, in
 * zlib-ng for level 9.) Returns the next distance, and in *offset where that chain's four bytes are. */
PC_INLINE uint32_t pc_chain_switch(const pc_chain *c, uint32_t position, uint32_t distance, uint32_t length,
                                   uint32_t last_four, uint32_t *offset)
{
    uint32_t furthest = *pc_chain_link(c, position - distance + *offset);
    for (uint32_t o = 1; o + 4 <= length && o < distance; o++) {
        const uint32_t link = *pc_chain_link(c, position - distance + o);
        if (link <= furthest) continue;
        furthest = link;
        *offset = o;
    }
    const uint32_t away = position + length - 3 - *pc_chain_head(c, last_four);
    if (away <= distance + furthest + 1) return distance + furthest + 1;
    *offset = length - 3;
    return away;
}

/* The most gainful match of more than `length` >= 2 bytes among the triple and the newest `depth` places of
 * i's chain, if it gains more than `floor`. Enters i. Needs i + 8 <= n.
 *
 * From new to old, that is ever further away: so a place that isn't longer than the best can't be better, and
 * the four bytes at its end tell. */
PC_INLINE pc_match pc_chain_search(const struct pc_parse_job *job, uint32_t i, uint32_t depth,
                                   uint32_t length, int32_t floor, int deep)
{
    const pc_chain c = pc_chain_at(job);
    const uint8_t *here = job->src + i;
    const uint64_t eight = pc_load64(here);
    const uint32_t four = (uint32_t)eight, position = job->origin + i, reach = pc_parse_reach(job, i);
    const uint32_t limit = PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX);
    pc_match best = {0, 0, floor};
    pc_prefetch(pc_chain_head(&c, (uint32_t)(eight >> 8)));
    if (job->prices->triples) {
        uint16_t *triple = pc_chain_triple(&c, four);
        const uint32_t near = (uint16_t)(position - *triple);
        *triple = (uint16_t)position;
        if (length < 3 && near - 1 < PC_MIN(reach, (uint32_t)PC_CHAIN_TRIPLE_FAR) &&
            ((pc_load32(here - near) ^ four) & 0xffffff) == 0)
            pc_match_better(job->prices, 3, near, &best);
    }
    length = PC_MAX(length, 3u);
    uint32_t distance = pc_chain_enter(&c, four, position), offset = 0;
    if (length >= limit) return best;
    const uint8_t *end = here + length - 3;
    uint32_t tail = pc_load32(end);
    do {
        if (distance > reach) break;
        uint32_t next = distance + 1 + *pc_chain_link(&c, position + offset - distance);
        if (pc_load32(end - distance) == tail) {
            const uint32_t found = pc_match_extend(here, here - distance, 0, limit);
            if (found > length) {
                length = found;
                pc_match_better(job->prices, found, distance, &best);
                if (found >= job->effort.nice || found == limit) break;
                end = here + length - 3;
                tail = pc_load32(end);
                if (deep) next = pc_chain_switch(&c, position, distance, length, tail, &offset);
            }
        }
        distance = next;
    } while (--depth > 0);
    return best;
}

/* `ahead`: for how many places a better match is looked for before one is taken. */
PC_INLINE void pc_parse_chain_body(struct pc_parse_job *shared, unsigned ahead)
{
    /* A copy that the stores into arrays can't touch, so that its fields stay in registers. */
    const struct pc_parse_job copy = *shared, *job = &copy;
    const uint8_t *src = job->src;
    const pc_chain c = pc_chain_at(job);
    const uint32_t n = job->n, nice = job->effort.nice;
    uint32_t i = job->at, *out = job->tokens + job->count,
             *out_end = job->tokens + job->cap - PC_TOKEN_MARGIN;
    uint32_t misses = 0;
    /* Where few places are looked at or stored, switching chains doesn't pay. */
    const int deep = ahead > 0 && job->hash_bits > PC_CHAIN_BRIEF_BITS;
    while (i + 8 <= n && out < out_end) {
        pc_match now = pc_chain_search(job, i, job->effort.depth, job->min_match - 1, INT32_MIN, deep);
        if (now.length == 0) {
            *out++ = src[i++];
            if (PC_LIKELY(++misses < PC_CHAIN_PATIENCE)) continue;
            /* The longer nothing is found, the less it is looked for. */
            for (uint32_t skip = misses / PC_CHAIN_PATIENCE; skip > 0 && i < n && out < out_end; skip--) {
                *pc_chain_link(&c, job->origin + i) = PC_CHAIN_END;
                *out++ = src[i++];
            }
            continue;
        }
        misses = 0;
        uint32_t known = i + 1; /* places below are in the tables */
        for (unsigned step = 1; step <= ahead && now.length < nice && known + 8 <= n && out < out_end;) {
            pc_match later = pc_chain_search(job, known++, job->effort.less / step, now.length - 1,
                                             now.gain + (int32_t)step * job->prices->put_off, deep);
            if (later.length == 0) {
                step++;
                continue;
            }
            while (i + 1 < known) *out++ = src[i++];
            now = later;
            step = 1;
        }
        *out++ = pc_token_match(now.length, now.distance);
        i += now.length;
        pc_chain_insert(job, known, i, ahead == 2);
    }
    if (i + 8 > n) {
        const uint32_t rest = i;
        while (i < n && out < out_end) *out++ = src[i++];
        pc_chain_insert(job, rest, i, 1);
    }
    shared->at = i;
    shared->count = (uint32_t)(out - job->tokens);
}

/* Compiles the body for each kind. */
PC_INLINE void pc_parse_chain_switch(struct pc_parse_job *job, unsigned ahead)
{
    switch (ahead) {
    case 0: pc_parse_chain_body(job, 0); break;
    case 1: pc_parse_chain_body(job, 1); break;
    default: pc_parse_chain_body(job, 2); break;
    }
}

#endif
