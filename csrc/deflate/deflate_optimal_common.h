/* Levels 8 to 12: the matches of every place, and the cheapest way through them. */
#ifndef PC_DEFLATE_OPTIMAL_COMMON_H
#define PC_DEFLATE_OPTIMAL_COMMON_H

#include "deflate/deflate_lazy_common.h"

enum {
    PC_PATH_BYTES = 1 << 17, /* parsed as one: enough for several blocks, few enough for a level-2 cache */
    PC_PATH_LISTS = 5 * PC_PATH_BYTES,
    PC_PATH_MARGIN = 72, /* a list has at most one match for each entry of a row, and a triple */
    PC_PATH_SLACK = 32   /* lanes that a vector may read past the last */
};

/* Prices of everything by itself, in 1/8 bits. */
typedef struct pc_path_prices {
    uint16_t literals[256], lengths[PC_MATCH_MAX + 1 + PC_PATH_SLACK], dists[PC_TOKEN_DISTANCES];
} pc_path_prices;

/* The room of one path. The matches of place i are lists[first[i]] up to lists[first[i + 1]], ever longer and
 * ever further away.
 *
 * Costs are kept modulo 2^16: two places a match apart differ by at most 258 literals of 13 bits, 26832
 * eighths, so differences are right as signed numbers. */
struct pc_path_room {
    pc_path_prices prices;
    uint32_t first[PC_PATH_BYTES + 1];
    uint16_t
        cost[PC_PATH_BYTES + PC_MATCH_MAX + PC_PATH_SLACK]; /* to the end, of the cheapest way from here */
    uint32_t step[PC_PATH_BYTES];                           /* its first step: length << 16 | distance - 1 */
    uint32_t lists[PC_PATH_LISTS];
};

/* What place i costs when its next byte is a literal. */
PC_INLINE uint16_t pc_path_literal(const struct pc_path_room *room, const uint8_t *src, uint32_t i)
{
    return (uint16_t)(room->prices.literals[src[i]] + room->cost[i + 1]);
}

/* A match in a list: its length, distance symbol and distance - 1. */
PC_INLINE uint32_t pc_path_match(uint32_t length, uint32_t distance)
{
    uint32_t extra = pc_distance_extra_bits(distance + 1);
    return length << 20 | (2 * extra + (distance >> extra)) << 15 | distance;
}
PC_INLINE uint32_t pc_path_length(uint32_t match) { return match >> 20; }
PC_INLINE uint32_t pc_path_symbol(uint32_t match) { return match >> 15 & 31; }
PC_INLINE uint32_t pc_path_distance(uint32_t match) { return match & 0x7fff; }

/* A step of the path. */
PC_INLINE uint32_t pc_path_step(uint32_t length, uint32_t match)
{
    return length << 16 | pc_path_distance(match);
}

PC_INLINE uint32_t pc_path_collect_one(const struct pc_parse_job *job, uint32_t i, uint32_t *list,
                                       unsigned ways, pc_rows_mask_fn *rows_mask)
{
    const pc_rows rows = pc_lazy_rows(job->tables, ways);
    const uint8_t *here = job->src + i;
    const uint32_t four = pc_load32(here), hash = pc_rows_hash(four, pc_rows_bits(ways)), row = hash >> 8;
    const uint32_t position = job->origin + i, reach = pc_parse_reach(job, i);
    const uint32_t limit = PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX), head = rows.heads[row];
    const uint16_t *positions = rows.positions + row * ways;
    uint16_t *triple = pc_lazy_triples(job->tables) + pc_triple_slot(four);
    uint64_t mask = pc_rows_by_age(rows_mask(rows.tags + row * ways, hash & 255, ways), head, ways);
    uint32_t length = 3, n = 0, distance = (uint16_t)(position - *triple);
    if (distance - 1 < reach && ((pc_load32(here - distance) ^ four) & 0xffffff) == 0)
        list[n++] = pc_path_match(3, distance - 1);
    *triple = (uint16_t)position;
    if (length >= limit) mask = 0;
    const uint8_t *end = here + length - 4; /* as in pc_lazy_search */
    uint32_t tail = pc_load32(end + 1);
    for (; mask != 0; mask &= mask - 1) {
        distance = (uint16_t)(position - 1 - positions[(head + pc_trailing_zeros(mask)) & (ways - 1)]);
        if (distance >= reach) break;
        if (pc_load32(end - distance) != tail) continue;
        uint32_t found = pc_match_extend(here, here - 1 - distance, 0, limit);
        if (found <= length) continue;
        length = found;
        list[n++] = pc_path_match(found, distance);
        if (found == limit) break;
        end = here + length - 4;
        tail = pc_load32(end + 1);
    }
    pc_rows_push(&rows, hash, position, ways);
    return n;
}

/* The matches of the places from job->at, until PC_PATH_BYTES, the room for lists or the stretch end. Returns
 * how many places. Inside a match of at least `nice` bytes nothing is looked for. */
PC_INLINE uint32_t pc_path_collect_body(const struct pc_parse_job *shared, struct pc_path_room *room,
                                        unsigned ways, pc_rows_mask_fn *rows_mask)
{
    const struct pc_parse_job copy = *shared, *job = &copy; /* as in pc_parse_lazy_body */
    uint32_t n = PC_MIN(job->n - job->at, (uint32_t)PC_PATH_BYTES), used = 0, i = 0;
    while (i < n && used + PC_PATH_MARGIN <= PC_PATH_LISTS) {
        room->first[i] = used;
        if (job->at + i + 4 <= job->n)
            used += pc_path_collect_one(job, job->at + i, room->lists + used, ways, rows_mask);
        uint32_t length = used > room->first[i] ? pc_path_length(room->lists[used - 1]) : 0;
        i++;
        if (length < job->effort.nice) continue;
        uint32_t end = PC_MIN(i + length - 1, n);
        pc_lazy_insert(job, job->at + i, job->at + end, ways);
        for (; i < end; i++) room->first[i] = used;
    }
    room->first[i] = used;
    return i;
}

PC_INLINE uint32_t pc_path_collect_switch(struct pc_parse_job *job, struct pc_path_room *room, unsigned ways,
                                          pc_rows_mask_fn *rows_mask)
{
    if (ways == 16) return pc_path_collect_body(job, room, 16, rows_mask);
    if (ways == 32) return pc_path_collect_body(job, room, 32, rows_mask);
    return pc_path_collect_body(job, room, 64, rows_mask);
}

#endif
