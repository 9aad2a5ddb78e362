/* Levels 10 to 12: the matches of every place, and the prices of the cheapest way through them. */
#ifndef PC_DEFLATE_OPTIMAL_COMMON_H
#define PC_DEFLATE_OPTIMAL_COMMON_H

#include "deflate/deflate_token_common.h"

enum {
    PC_PATH_BYTES = 1 << 17, /* parsed as one: enough for several blocks, few enough for a level-2 cache */
    PC_PATH_LISTS = 4 * PC_PATH_BYTES, /* text and code have 2.3 a place, a spreadsheet 3.1 */
    PC_PATH_MARGIN = PC_MATCH_MAX,     /* a list has at most one match for each length */
    PC_PATH_SLACK = 32                 /* lanes that a vector may read past the last */
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

#endif
