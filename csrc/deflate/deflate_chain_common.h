/* Levels 2 to 7: greedy and lazy matching over hash chains.
 *
 * Chains are gzip's: the head of the next four bytes' hash names the newest place that had them, and each
 * place names the one before it. One table more, of the next three bytes, finds what is too short for a
 * chain, near by only. So an insertion is two loads and three stores. Chains beat rows of tags here
 * (docs/design/0011): few candidates are looked at, and a row costs more to open than a short chain to walk.
 *
 * Lazy matching puts a match off while the next place has a better one, as gzip does; better by what it saves
 * in bits, at prices learned from the last tokens (deflate_prices.c).
 *
 * Only heads are cleared, and the link of position 0, which empty heads name: every other link that can be
 * followed belongs to a place that was entered. The body is inline: each tier compiles it for its
 * instructions. */
#ifndef PC_DEFLATE_CHAIN_COMMON_H
#define PC_DEFLATE_CHAIN_COMMON_H

#include "deflate/deflate_token_common.h"
#include "match/extend.h"

enum {
    PC_CHAIN_BITS = 16,         /* heads: two for each place of a window, so that few chains are mixed */
    PC_CHAIN_TRIPLE_BITS = 12,  /* slots for three-byte matches, one position each */
    PC_CHAIN_TRIPLE_FAR = 4096, /* further away, three literals are cheaper */
    PC_CHAIN_PATIENCE = 512
};

typedef struct pc_chain {
    uint16_t *links, *triples, *heads;
} pc_chain;

/* Heads come last, so that there can be fewer of them for little input. */
PC_INLINE pc_chain pc_chain_at(void *tables)
{
    uint16_t *links = tables, *triples = links + PC_DISTANCE_MAX;
    return (pc_chain){links, triples, triples + (1 << PC_CHAIN_TRIPLE_BITS)};
}
PC_INLINE size_t pc_chain_size(void)
{
    return sizeof(uint16_t) * (PC_DISTANCE_MAX + (1u << PC_CHAIN_TRIPLE_BITS) + (1u << PC_CHAIN_BITS));
}

PC_INLINE uint32_t pc_chain_triple(uint32_t four)
{
    return (four << 8) * PC_GOLDEN >> (32 - PC_CHAIN_TRIPLE_BITS);
}
PC_INLINE uint16_t *pc_chain_link(const pc_chain *c, uint32_t position)
{
    return c->links + (position & (PC_DISTANCE_MAX - 1));
}

/* A match and what it saves; length 0 when there is none that saves anything. */
typedef struct pc_match {
    uint32_t length, distance;
    int32_t gain;
} pc_match;

/* Enters places, for three-byte matches too where there is so little input that each of them counts: for a
 * large one that is 0.15 % smaller and 3 % slower. */
PC_INLINE void pc_chain_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    const pc_chain c = pc_chain_at(job->tables);
    if (job->n < 4) return;
    to = PC_MIN(to, job->n - 3);
    for (uint32_t i = from; i < to; i++) {
        const uint32_t position = job->origin + i, four = pc_load32(job->src + i);
        uint16_t *head = c.heads + pc_hash_four(four, job->hash_bits);
        if (job->hash_bits < PC_CHAIN_BITS) c.triples[pc_chain_triple(four)] = (uint16_t)position;
        *pc_chain_link(&c, position) = *head;
        *head = (uint16_t)position;
    }
}

/* Whether the match saves more than best does; if so it becomes the best. A match that costs as much as its
 * literals is none. */
PC_INLINE int pc_match_better(const pc_prices *prices, uint32_t length, uint32_t distance, pc_match *best)
{
    int32_t price = pc_match_price(prices, length, distance), gain = (int32_t)length * prices->value - price;
    if (gain <= best->gain || price >= (int32_t)length * prices->literal) return 0;
    *best = (pc_match){length, distance, gain};
    return 1;
}

/* The most gainful match of more than `length` >= 2 bytes among the triple and the newest `depth` places of
 * i's chain, if it gains more than `floor`. Enters i. Needs i + 8 <= n.
 *
 * From new to old, that is ever further away: so a place that isn't longer than the best can't be better, and
 * the four bytes at its end tell. A link that leads nearer again is stale. */
PC_INLINE pc_match pc_chain_search(const struct pc_parse_job *job, uint32_t i, uint32_t depth,
                                   uint32_t length, int32_t floor)
{
    const pc_chain c = pc_chain_at(job->tables);
    const uint8_t *here = job->src + i;
    const uint64_t eight = pc_load64(here);
    const uint32_t four = (uint32_t)eight, position = job->origin + i, reach = pc_parse_reach(job, i);
    const uint32_t limit = PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX);
    const uint32_t nice = PC_MIN(limit, (uint32_t)job->effort.nice);
    uint16_t *triple = c.triples + pc_chain_triple(four),
             *head = c.heads + pc_hash_four(four, job->hash_bits);
    pc_match best = {0, 0, floor};
    uint32_t place = *head, last = 0;
    pc_prefetch(c.heads + pc_hash_four((uint32_t)(eight >> 8), job->hash_bits));
    if (length < 3) {
        uint32_t distance = (uint16_t)(position - *triple);
        if (distance - 1 < PC_MIN(reach, (uint32_t)PC_CHAIN_TRIPLE_FAR) &&
            ((pc_load32(here - distance) ^ four) & 0xffffff) == 0)
            pc_match_better(job->prices, 3, distance, &best);
        length = 3;
    }
    *triple = *head = (uint16_t)position;
    *pc_chain_link(&c, position) = (uint16_t)place;
    if (length >= limit) return best;
    const uint8_t *end = here + length - 3;
    uint32_t tail = pc_load32(end);
    do {
        const uint32_t distance = (uint16_t)(position - place);
        if (distance > reach || distance <= last) break;
        last = distance;
        place = *pc_chain_link(&c, place);
        if (pc_load32(end - distance) != tail || pc_load32(here - distance) != four) continue;
        const uint32_t found = pc_match_extend(here, here - distance, 4, limit);
        if (found <= length) continue;
        length = found;
        pc_match_better(job->prices, found, distance, &best);
        if (found >= nice) break;
        end = here + length - 3;
        tail = pc_load32(end);
    } while (--depth > 0);
    return best;
}

PC_INLINE void pc_parse_chain_body(struct pc_parse_job *shared, int lazy)
{
    /* A copy that the stores into arrays can't touch, so that its fields stay in registers. */
    const struct pc_parse_job copy = *shared, *job = &copy;
    const uint8_t *src = job->src;
    const uint32_t n = job->n, nice = job->effort.nice;
    uint32_t i = job->at, *out = job->tokens + job->count,
             *out_end = job->tokens + job->cap - PC_TOKEN_MARGIN;
    uint32_t misses = 0;
    while (i + 8 <= n && out < out_end) {
        pc_match now = pc_chain_search(job, i, job->effort.depth, job->min_match - 1, INT32_MIN);
        if (now.length == 0) {
            *out++ = src[i++];
            if (PC_LIKELY(++misses < PC_CHAIN_PATIENCE)) continue;
            /* The longer nothing is found, the less it is looked for. */
            for (uint32_t skip = misses / PC_CHAIN_PATIENCE; skip > 0 && i < n && out < out_end; skip--)
                *out++ = src[i++];
            continue;
        }
        misses = 0;
        uint32_t known = i + 1; /* places below are in the tables */
        while (lazy && now.length < nice && known + 8 <= n && out < out_end) {
            pc_match later = pc_chain_search(job, known++, job->effort.less, now.length - 1,
                                             now.gain + job->prices->put_off);
            if (later.length == 0) break;
            *out++ = src[i++];
            now = later;
        }
        *out++ = pc_token_match(now.length, now.distance);
        i += now.length;
        pc_chain_insert(job, known, i);
    }
    if (i + 8 > n)
        while (i < n && out < out_end) *out++ = src[i++];
    shared->at = i;
    shared->count = (uint32_t)(out - job->tokens);
}

#endif
