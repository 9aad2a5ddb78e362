/* Near-optimal parsing: the cheapest path through all matches, by prices that the path itself sets.
 *
 * If every literal, length and distance had a fixed price, the cheapest parse would be a shortest path, found
 * backwards from the end: cost[i] = min over the ways to leave i of price + cost where it leads (Katajainen
 * and Raita, "An approximation algorithm for space-optimal encoding of a text", 1989). But prices are code
 * lengths, which depend on the parse. So the path is found with the prices of what came before, its symbols
 * are counted, the group is split into blocks, and each block's path is found anew with its own prices, some
 * times over.
 *
 * All matches of a place are candidates at all lengths, each length at its nearest distance. Only costs are
 * kept: on the way from the first place on, each step is the one that its cost came from. */
#include "deflate/deflate_optimal.h"

#include "arch/variants.h"
#include "entropy/log2.h"

enum { /* 1/8 bits for what a block has not used: likely to cost more than it is worth (as in libdeflate) */
       NEW_LITERAL = 8 * 13,
       NEW_LENGTH = 8 * 13,
       NEW_DISTANCE = 8 * 10
};

static void set_lengths(pc_path_prices *prices, unsigned symbol, uint32_t price)
{
    unsigned first = pc_length_base[symbol], end = first + (1u << pc_length_extra[symbol]);
    for (unsigned length = first; length < end && length <= PC_MATCH_MAX; length++)
        prices->lengths[length] = (uint16_t)(price + 8u * pc_length_extra[symbol]);
}

void pc_path_guess(pc_path_prices *prices, const uint8_t *src, uint32_t n)
{
    uint32_t counts[256] = {0}, log_n = pc_log2_q16(n | (n == 0));
    n = PC_MIN(n, (uint32_t)PC_PATH_BYTES);
    for (uint32_t i = 0; i < n; i++) counts[src[i]]++;
    for (unsigned s = 0; s < 256; s++) {
        uint32_t price = counts[s] != 0 ? (log_n - pc_log2_q16(counts[s])) >> 13 : NEW_LITERAL;
        prices->literals[s] = (uint16_t)PC_MIN(PC_MAX(price + 4, 16u), (uint32_t)NEW_LITERAL);
    }
    for (unsigned s = 0; s < 29; s++) set_lengths(prices, s, 8u * PC_MIN(4 + s / 4, 9u));
    for (unsigned s = 0; s < PC_TOKEN_DISTANCES; s++)
        prices->dists[s] = (uint16_t)(8u * (4u + (s < PC_DIST_SYMBOLS ? pc_dist_extra[s] : 0u)));
}

static uint32_t price(uint32_t log_total, uint32_t count, uint32_t unseen)
{
    if (count == 0) return unseen;
    return PC_MIN(PC_MAX((log_total - pc_log2_q16(count)) >> 13, 8u), unseen);
}

void pc_path_learn(pc_path_prices *prices, const pc_symbol_counts *counts)
{
    uint32_t all = 1, matches = 0;
    for (unsigned s = 0; s < PC_LITLEN_SYMBOLS; s++) all += counts->litlen[s];
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++) matches += counts->dist[s];
    uint32_t log_all = pc_log2_q16(all), log_matches = pc_log2_q16(matches | (matches == 0));
    for (unsigned s = 0; s < PC_LITERALS; s++)
        prices->literals[s] = (uint16_t)price(log_all, counts->litlen[s], NEW_LITERAL);
    for (unsigned s = 0; s < 29; s++)
        set_lengths(prices, s, price(log_all, counts->litlen[PC_FIRST_LENGTH + s], NEW_LENGTH));
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++)
        prices->dists[s] =
            (uint16_t)(price(log_matches, counts->dist[s], NEW_DISTANCE) + 8u * pc_dist_extra[s]);
}

void pc_path_static(pc_path_prices *prices)
{
    for (unsigned s = 0; s < PC_LITERALS; s++) prices->literals[s] = (uint16_t)(8u * pc_fixed_litlen_bits(s));
    for (unsigned s = 0; s < 29; s++) set_lengths(prices, s, 8u * pc_fixed_litlen_bits(PC_FIRST_LENGTH + s));
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++)
        prices->dists[s] = (uint16_t)(8u * (PC_FIXED_DIST_BITS + pc_dist_extra[s]));
}

/* The token that the cost of place i came from: the literal if it can be, else the shortest length. */
static uint32_t first_step(const struct pc_path_room *room, const uint8_t *src, uint32_t i, uint32_t to)
{
    const pc_path_prices *prices = &room->prices;
    const uint16_t *cost = room->cost;
    if (pc_path_literal(room, src, i) == cost[i]) return src[i];
    for (uint32_t m = room->first[i], length = PC_MATCH_MIN;; m++) {
        uint32_t match = room->lists[m], end = PC_MIN(pc_path_length(match), to - i);
        uint16_t rest = (uint16_t)(cost[i] - prices->dists[pc_path_symbol(match)]);
        for (; length <= end; length++)
            if ((uint16_t)(prices->lengths[length] + cost[i + length]) == rest)
                return pc_token_match(length, pc_path_distance(match) + 1);
    }
}

uint32_t pc_path_find(const pc_kernels *kernels, struct pc_path_room *room, const uint8_t *src, uint32_t from,
                      uint32_t to, uint32_t *tokens)
{
    uint32_t n = 0;
    kernels->deflate_path(room, src, from, to);
    for (uint32_t i = from; i < to; i += pc_token_bytes(tokens[n++]))
        tokens[n] = first_step(room, src, i, to);
    return n;
}

void pc_deflate_path_scalar(struct pc_path_room *room, const uint8_t *src, uint32_t from, uint32_t to)
{
    const pc_path_prices *prices = &room->prices;
    uint16_t *cost = room->cost;
    cost[to] = 0;
    for (uint32_t i = to; i-- > from;) {
        uint16_t best = pc_path_literal(room, src, i);
        uint32_t length = PC_MATCH_MIN;
        for (uint32_t m = room->first[i]; m < room->first[i + 1]; m++) {
            uint32_t match = room->lists[m], end = PC_MIN(pc_path_length(match), to - i);
            uint16_t price = prices->dists[pc_path_symbol(match)];
            for (; length <= end; length++) {
                uint16_t sum = (uint16_t)(prices->lengths[length] + price + cost[i + length]);
                if ((int16_t)(sum - best) < 0) best = sum;
            }
        }
        cost[i] = best;
    }
}
