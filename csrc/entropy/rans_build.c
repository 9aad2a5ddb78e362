/* rANS tables: optimal 12-bit frequencies, and the forms that the coders look up.
 *
 * Frequencies. The bits spent, sum of -count log2(f / 4096), are convex in each f, so a choice of
 * integers with the right sum is optimal exactly when no single unit moved from one symbol to
 * another gains (the classic exchange argument of apportionment). Start from rounded shares, reach
 * the sum by the best single units, then exchange while it gains.
 *
 * Reciprocals. x / f for 32-bit x by one multiplication (Granlund and Montgomery 1994; rounding down
 * with an increment: Robison 2005). Let b = floor(log2 f), k = 32 + b, m = floor(2^k / f) and
 * e = 2^k - m f. When a symbol is pushed, x < f 2^20.
 *   Rounding down: ((x + 1) m) >> k is exact if 1 <= e and (x + 1) e <= 2^k, for which
 *     f e <= 2^(12 + b) suffices.
 *   Rounding up: (x (m + 1)) >> k is exact if x (f - e) < 2^k, for which f (f - e) <= 2^(12 + b)
 *     suffices.
 * e and f - e cannot both be too large: their sum f is at most 2 * 2^(12 + b) / f, because
 * f^2 < 2^(2 b + 2) <= 2^(13 + b) for b <= 11.
 * A power of two has e = 0 and an m one too wide for 32 bits; m = 2^32 - 1 with the increment is
 * exact for it: x + 1 = a 2^b + r with 1 <= r <= 2^b gives a + (r - (x + 1) / 2^32) / 2^b, and the
 * fraction is in [0, 1) because 0 < (x + 1) / 2^32 <= 1. */
#include <string.h>

#include "entropy/log2.h"
#include "entropy/rans_common.h"

/* What one more unit for a symbol of frequency f saves, in proportion: count ln(1 + 1 / f) by its
 * Pade approximant (6 f + 3) / (6 f^2 + 6 f + 1), within 0.12 % at f = 1 and far closer beyond. The
 * numerator stays below 2^(32 + 15 + 16). */
static uint64_t unit_gain(uint32_t count, uint32_t f)
{
    return (((uint64_t)count * (6 * f + 3)) << 16) / (6 * f * (f + 1) + 1);
}

typedef struct shares {
    unsigned n;
    uint32_t counts[256], freqs[256];
    uint64_t gain[256], loss[256]; /* of the next unit, of the last one */
} shares;

static void price(shares *s, unsigned i)
{
    s->gain[i] = unit_gain(s->counts[i], s->freqs[i]);
    s->loss[i] = s->freqs[i] > 1 ? unit_gain(s->counts[i], s->freqs[i] - 1) : UINT64_MAX;
}

static unsigned highest_gain(const shares *s)
{
    unsigned best = 0;
    for (unsigned i = 1; i < s->n; i++) {
        if (s->gain[i] > s->gain[best]) best = i;
    }
    return best;
}

static unsigned lowest_loss(const shares *s)
{
    unsigned best = 0;
    for (unsigned i = 1; i < s->n; i++) {
        if (s->loss[i] < s->loss[best]) best = i;
    }
    return best;
}

static void give(shares *s, unsigned i, int units)
{
    s->freqs[i] += (uint32_t)units;
    price(s, i);
}

void pc_rans_normalize(const uint32_t counts[256], uint16_t freqs[256])
{
    shares s;
    uint8_t symbols[256];
    uint64_t total = 0;
    uint32_t sum = 0;
    s.n = 0;
    for (unsigned i = 0; i < 256; i++) total += counts[i];
    memset(freqs, 0, 256 * sizeof freqs[0]);
    for (unsigned i = 0; i < 256; i++) {
        if (counts[i] == 0) continue;
        uint64_t share = ((uint64_t)counts[i] * PC_RANS_TOTAL + total / 2) / total;
        symbols[s.n] = (uint8_t)i;
        s.counts[s.n] = counts[i];
        s.freqs[s.n] = share == 0 ? 1 : (uint32_t)share;
        sum += s.freqs[s.n];
        price(&s, s.n++);
    }
    if (s.n == 0) return;
    /* Rounding is off by at most a half, the floor of 1 by less than 1 a symbol: under 256 rounds. */
    for (; sum < PC_RANS_TOTAL; sum++) give(&s, highest_gain(&s), 1);
    for (; sum > PC_RANS_TOTAL; sum--) give(&s, lowest_loss(&s), -1);
    for (;;) { /* each exchange raises the total gain, so this ends */
        unsigned to = highest_gain(&s), from = lowest_loss(&s);
        if (s.gain[to] <= s.loss[from]) break;
        give(&s, to, 1);
        give(&s, from, -1);
    }
    for (unsigned i = 0; i < s.n; i++) freqs[symbols[i]] = (uint16_t)s.freqs[i];
}

uint64_t pc_rans_cost_q16(const uint32_t counts[256], const uint16_t freqs[256])
{
    uint64_t bits = 0;
    for (unsigned s = 0; s < 256; s++) {
        if (counts[s] == 0 || freqs[s] == 0) continue;
        bits += (uint64_t)counts[s] * (((uint32_t)PC_RANS_BITS << 16) - pc_log2_q16(freqs[s]));
    }
    return bits;
}

size_t pc_rans_encoder_table_size(void) { return sizeof(pc_rans_encoder_table); }
size_t pc_rans_decoder_table_size(void) { return sizeof(pc_rans_decoder_table); }

/* Reciprocal, shift and increment of one frequency below PC_RANS_TOTAL, as an entry without c. */
static uint64_t divisor_entry(uint32_t f)
{
    unsigned b = pc_log2_floor(f);
    uint64_t power = (uint64_t)1 << (32 + b), m = power / f, e = power - m * f, add = 1;
    if (e == 0) {
        m = 0xffffffffu;
    } else if (f * e > (uint64_t)1 << (12 + b)) {
        m++;
        add = 0;
    }
    return m << 32 | (uint64_t)f << 20 | b << 4 | add;
}

void pc_rans_encoder_build(pc_rans_encoder_table *table, const uint16_t freqs[256])
{
    uint32_t start = 0;
    memset(table, 0, sizeof *table);
    table->only_symbol = pc_rans_only_symbol(freqs);
    for (unsigned s = 0; s < 256; s++) {
        uint32_t f = freqs[s];
        table->entries[s] = f == 0 || f >= PC_RANS_TOTAL ? PC_RANS_ABSENT : divisor_entry(f) | start << 8;
        start += f;
    }
}

void pc_rans_decoder_build(pc_rans_decoder_table *table, const uint16_t freqs[256])
{
    uint32_t slot = 0;
    table->only_symbol = pc_rans_only_symbol(freqs);
    memset(table->reserved, 0, sizeof table->reserved);
    for (uint32_t s = 0; s < 256; s++) {
        uint32_t f = freqs[s], entry = f << 20 | s;
        if (f > PC_RANS_TOTAL - slot) f = PC_RANS_TOTAL - slot; /* never past the table, whatever comes in */
        for (uint32_t i = 0; i < f; i += PC_RANS_FILL) { /* what is too much, the next symbol overwrites */
            uint32_t *block = table->entries + slot + i;
            for (uint32_t j = 0; j < PC_RANS_FILL; j++) block[j] = entry + ((i + j) << 8);
        }
        slot += f;
    }
    for (; slot < PC_RANS_TOTAL; slot++) table->entries[slot] = 0;
}
