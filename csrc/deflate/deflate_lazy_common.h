/* Levels 2 to 7: greedy and lazy matching over a row hash.
 *
 * Lazy matching puts a match off while the next place has a better one, as gzip does; better by what it saves in
 * bits, at prices learned from the last tokens (deflate_prices.c).
 *
 * The body is inline: each tier compiles it with its own way to compare the tags of a row. */
#ifndef PC_DEFLATE_LAZY_COMMON_H
#define PC_DEFLATE_LAZY_COMMON_H

#include "deflate/deflate_token_common.h"
#include "match/extend.h"
#include "match/rows_common.h"

enum {
    PC_TRIPLE_BITS = 12,       /* slots for three-byte matches, one position each */
    PC_TRIPLE_DISTANCE = 4096, /* further away, three literals are cheaper */
    PC_LAZY_PATIENCE = 512,
    PC_ROWS_ENTRY_BITS = 16 /* entries in all: two for each place of a window, so that most stay */
};

/* The tables of a row finder: three-byte slots, then the rows. */
PC_INLINE unsigned pc_rows_bits(unsigned ways) { return PC_ROWS_ENTRY_BITS - pc_log2_floor(ways); }
PC_INLINE uint16_t *pc_lazy_triples(void *tables) { return tables; }
PC_INLINE pc_rows pc_lazy_rows(void *tables, unsigned ways)
{
    return pc_rows_at((uint8_t *)tables + (sizeof(uint16_t) << PC_TRIPLE_BITS), pc_rows_bits(ways), ways);
}
PC_INLINE size_t pc_lazy_size(unsigned ways)
{
    return (sizeof(uint16_t) << PC_TRIPLE_BITS) + pc_rows_size(pc_rows_bits(ways), ways);
}
PC_INLINE size_t pc_lazy_clear_size(unsigned ways)
{
    return (sizeof(uint16_t) << PC_TRIPLE_BITS) + pc_rows_clear_size(pc_rows_bits(ways), ways);
}

PC_INLINE uint32_t pc_triple_slot(uint32_t four)
{
    return (four << 8) * 2654435761u >> (32 - PC_TRIPLE_BITS);
}
/* A match and what it saves; length 0 when there is none that saves anything. */
typedef struct pc_match {
    uint32_t length, distance;
    int32_t gain;
} pc_match;

PC_INLINE void pc_lazy_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to, unsigned ways)
{
    uint16_t *triples = pc_lazy_triples(job->tables);
    const pc_rows rows = pc_lazy_rows(job->tables, ways);
    const unsigned bits = pc_rows_bits(ways);
    if (job->n < 4) return;
    to = PC_MIN(to, job->n - 3);
    for (uint32_t i = from; i < to; i++) {
        uint32_t four = pc_load32(job->src + i);
        triples[pc_triple_slot(four)] = (uint16_t)(job->origin + i);
        pc_rows_push(&rows, pc_rows_hash(four, bits), job->origin + i, ways);
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

/* The most gainful match of more than `length` >= 2 bytes among the places of i's row and its triple, if it
 * gains more than `floor`. `newest` has a bit for each place to look at, the newest lowest. Adds i to them.
 * Needs i + 4 <= n.
 *
 * From new to old, that is ever further away: so a place that isn't longer than the best can't be better, and
 * four bytes at its end tell. */
PC_INLINE pc_match pc_lazy_search(const struct pc_parse_job *job, uint32_t i, uint64_t newest,
                                  uint32_t length, int32_t floor, unsigned ways, pc_rows_mask_fn *rows_mask)
{
    const pc_rows rows = pc_lazy_rows(job->tables, ways);
    const uint8_t *here = job->src + i;
    const uint32_t four = pc_load32(here), hash = pc_rows_hash(four, pc_rows_bits(ways)), row = hash >> 8;
    const uint32_t position = job->origin + i, reach = pc_parse_reach(job, i);
    const uint32_t limit = PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX), head = rows.heads[row];
    const uint16_t *positions = rows.positions + row * ways;
    uint16_t *triple = pc_lazy_triples(job->tables) + pc_triple_slot(four);
    pc_match best = {0, 0, floor};
    uint64_t mask = pc_rows_by_age(rows_mask(rows.tags + row * ways, hash & 255, ways), head, ways) & newest;
    const uint32_t nice = PC_MIN(limit, (uint32_t)job->effort.nice);
    if (length < 3) {
        uint32_t distance = (uint16_t)(position - *triple);
        if (distance - 1 < PC_MIN(reach, (uint32_t)PC_TRIPLE_DISTANCE) &&
            ((pc_load32(here - distance) ^ four) & 0xffffff) == 0)
            pc_match_better(job->prices, 3, distance, &best);
        length = 3;
    }
    *triple = (uint16_t)position;
    if (length >= limit) mask = 0;
    const uint8_t *end = here + length - 4; /* the four bytes after it must agree for a longer match, */
    uint32_t tail = pc_load32(end + 1);     /* `end` being one less so that distance - 1 can be subtracted */
    for (; mask != 0; mask &= mask - 1) {
        uint32_t distance =
            (uint16_t)(position - 1 - positions[(head + pc_trailing_zeros(mask)) & (ways - 1)]);
        if (distance >= reach) break;
        if (pc_load32(end - distance) != tail) continue;
        uint32_t found = pc_match_extend(here, here - 1 - distance, 0, limit);
        if (found <= length) continue;
        length = found;
        pc_match_better(job->prices, found, distance + 1, &best);
        if (found >= nice) break;
        end = here + length - 4;
        tail = pc_load32(end + 1);
    }
    pc_rows_push(&rows, hash, position, ways);
    return best;
}

PC_INLINE void pc_parse_lazy_body(struct pc_parse_job *shared, unsigned ways, int lazy,
                                  pc_rows_mask_fn *rows_mask)
{
    /* A copy that the stores into byte arrays can't touch, so that its fields stay in registers. */
    const struct pc_parse_job copy = *shared, *job = &copy;
    const uint8_t *src = job->src;
    const uint64_t most = UINT64_MAX >> (64 - job->effort.depth),
                   less = UINT64_MAX >> (64 - job->effort.less);
    const uint32_t n = job->n, nice = job->effort.nice;
    uint32_t i = job->at, *out = job->tokens + job->count,
             *out_end = job->tokens + job->cap - PC_TOKEN_MARGIN;
    uint32_t misses = 0;
    while (i + 4 <= n && out < out_end) {
        pc_match now = pc_lazy_search(job, i, most, job->min_match - 1, INT32_MIN, ways, rows_mask);
        if (now.length == 0) {
            *out++ = src[i++];
            if (PC_LIKELY(++misses < PC_LAZY_PATIENCE)) continue;
            /* The longer nothing is found, the less it is looked for. */
            for (uint32_t skip = misses / PC_LAZY_PATIENCE; skip > 0 && i < n && out < out_end; skip--)
                *out++ = src[i++];
            continue;
        }
        misses = 0;
        uint32_t known = i + 1; /* places below are in the tables */
        while (lazy && now.length < nice && known + 4 <= n && out < out_end) {
            pc_match later = pc_lazy_search(job, known++, less, now.length - 1,
                                            now.gain + job->prices->put_off, ways, rows_mask);
            if (later.length == 0) break;
            *out++ = src[i++];
            now = later;
        }
        *out++ = pc_token_match(now.length, now.distance);
        i += now.length;
        pc_lazy_insert(job, known, i, ways);
    }
    if (i + 4 > n)
        while (i < n && out < out_end) *out++ = src[i++];
    shared->at = i;
    shared->count = (uint32_t)(out - job->tokens);
}

/* Compiles the body for each width of row, greedy and lazy. */
PC_INLINE void pc_parse_lazy_switch(struct pc_parse_job *job, unsigned ways, int lazy,
                                    pc_rows_mask_fn *rows_mask)
{
    if (!lazy)
        pc_parse_lazy_body(job, 16, 0, rows_mask);
    else if (ways == 16)
        pc_parse_lazy_body(job, 16, 1, rows_mask);
    else if (ways == 32)
        pc_parse_lazy_body(job, 32, 1, rows_mask);
    else
        pc_parse_lazy_body(job, 64, 1, rows_mask);
}

#endif
