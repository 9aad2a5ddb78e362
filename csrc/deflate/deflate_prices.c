/* Prices from counts: a symbol seen c times in n is worth log2(n / c) bits, its code's length but for
 * rounding.
 *
 * A parser that weighs its matches by these finds out by itself what other encoders have rules of thumb for:
 * how far away a match of three or four bytes still pays, whether a longer but more distant one is better,
 * and when to put one off. */
#include "deflate/deflate_prices.h"

#include "entropy/log2.h"

enum {
    GUESS_BYTES = 4096,      /* enough to tell text from DNA */
    RARE = 16 * PC_CODE_MAX, /* no code is longer */
};

static uint16_t price(uint32_t log_total, uint32_t count)
{
    uint32_t bits = count == 0 ? RARE : (log_total - pc_log2_q16(count)) >> 12;
    return (uint16_t)PC_MIN(PC_MAX(bits, 16u), (uint32_t)RARE);
}

static void set_lengths(pc_prices *prices, unsigned symbol, uint32_t bits)
{
    unsigned first = pc_length_base[symbol], end = first + (1u << pc_length_extra[symbol]);
    for (unsigned length = first; length < end && length <= PC_MATCH_MAX; length++)
        prices->lengths[length] = (uint16_t)(bits + 16 * pc_length_extra[symbol]);
}

/* A byte covered by a match isn't worth a literal, for what follows might have been matched as well: ten
 * sixteenths of one gave the smallest files (8, 10, 11, 13 and 16 tried). A match that is put off costs its
 * literal the rest, less half a bit for the choices it opens. */
static void values(pc_prices *prices)
{
    prices->value = prices->literal * 10 / 16;
    prices->put_off = prices->literal - prices->value - 8;
    uint32_t nearest = prices->dists[0];
    for (unsigned s = 1; s < PC_DIST_SYMBOLS; s++) nearest = PC_MIN(nearest, (uint32_t)prices->dists[s]);
    prices->triples = 3 * prices->literal > (int32_t)(prices->lengths[PC_MATCH_MIN] + nearest);
}

/* The sum of c log2 c over how often each byte occurs. */
static uint64_t log_counts(const uint8_t *src, uint32_t n)
{
    uint32_t counts[256] = {0}, odd[256] = {0}; /* two, so that a run does not wait for its own stores */
    uint64_t sum = 0;
    if (n < 256) { /* fewer terms in the order of the bytes */
        for (uint32_t i = 0; i < n; i++) counts[src[i]]++;
        for (uint32_t i = 0; i < n; i++) sum += pc_log2_q16(counts[src[i]]);
        return sum;
    }
    for (uint32_t i = 0; i + 2 <= n; i += 2) {
        counts[src[i]]++;
        odd[src[i + 1]]++;
    }
    if (n % 2 != 0) counts[src[n - 1]]++;
    for (unsigned s = 0; s < 256; s++) counts[s] += odd[s];
    for (unsigned s = 0; s < 256; s++)
        if (counts[s] != 0) sum += (uint64_t)counts[s] * pc_log2_q16(counts[s]);
    return sum;
}

void pc_prices_guess(pc_prices *prices, const uint8_t *src, uint32_t n)
{
    n = PC_MIN(n, (uint32_t)GUESS_BYTES);
    const uint64_t sum = log_counts(src, n);
    prices->literal = n == 0 ? 0 : (int32_t)((pc_log2_q16(n) - (uint32_t)(sum / n)) >> 12) + 16;
    /* What typical files have: short lengths at some four bits, distances at five. */
    for (unsigned s = 0; s < 29; s++) set_lengths(prices, s, 16 * PC_MIN(4 + s / 4, 9u));
    for (unsigned s = 0; s < PC_TOKEN_DISTANCES; s++)
        prices->dists[s] = (uint16_t)(16 * (4 + (s < PC_DIST_SYMBOLS ? pc_dist_extra[s] : 0)));
    values(prices);
}

void pc_prices_learn(pc_prices *prices, const pc_symbol_counts *counts)
{
    uint32_t literals = 1, matches = 1, log_all, log_matches;
    uint64_t sum = 0;
    for (unsigned s = 0; s < PC_LITERALS; s++) {
        const uint32_t c = counts->litlen[s];
        literals += c;
        if (c != 0) sum += (uint64_t)c * pc_log2_q16(c);
    }
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++) matches += counts->dist[s];
    log_all = pc_log2_q16(literals + matches);
    log_matches = pc_log2_q16(matches);
    prices->literal = (int32_t)((log_all - (uint32_t)(sum / literals)) >> 12);
    for (unsigned s = 0; s < 29; s++)
        set_lengths(prices, s, price(log_all, counts->litlen[PC_FIRST_LENGTH + s]));
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++)
        prices->dists[s] = (uint16_t)(price(log_matches, counts->dist[s]) + 16 * pc_dist_extra[s]);
    values(prices);
}
