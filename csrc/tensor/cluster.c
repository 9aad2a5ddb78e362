/* Clustering tiles into tables.
 *
 * Tiles differ in scale and hardly in shape, so they form a line: sort them by mean symbol and only
 * neighbours need to be compared. Agglomerative merging along that line, cheapest loss first, takes
 * about three cost evaluations a tile; comparing all pairs finds the same tables for thirty times the
 * work. */
#include "tensor/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "entropy/log2.h"

typedef struct cluster {
    uint32_t (*histogram)[256];
    uint64_t mean_q16;
    uint64_t cost;       /* bits of this cluster alone */
    uint64_t with_next;  /* bits if merged with the next one */
    unsigned first_tile; /* index into the list of tiles in sorted order */
} cluster;

/* Bits, times 2^8, that one table costs: its symbols' entropy, scaled, and its span in the head. */
static uint64_t cost_of(const uint32_t a[256], const uint32_t b[256], unsigned span, pc_table_price table,
                        uint64_t scale_q8)
{
    uint64_t total = 0, sum = 0;
    unsigned first = 256, last = 0;
    for (unsigned s = 0; s < span; s++) {
        uint32_t count = b != NULL ? a[s] + b[s] : a[s];
        if (count == 0) continue;
        if (first == 256) first = s;
        last = s;
        total += count;
        sum += (uint64_t)count * pc_log2_q16(count);
    }
    if (total == 0) return 0;
    uint64_t entropy_q16 = total * pc_log2_q16((uint32_t)total) - sum;
    return (entropy_q16 >> 16) * scale_q8 +
           ((uint64_t)(last - first + 1) * table.span_bits + table.fixed_bits) * 256;
}

static int by_mean(const void *a, const void *b)
{
    const cluster *x = a, *y = b;
    if (x->mean_q16 != y->mean_q16) return x->mean_q16 < y->mean_q16 ? -1 : 1;
    return x->first_tile < y->first_tile ? -1 : x->first_tile > y->first_tile;
}

unsigned pc_cluster(uint32_t (*histograms)[256], unsigned n, unsigned span, unsigned most,
                    pc_table_price table, uint64_t scale_q8, uint8_t *table_of, uint32_t (*counts)[256],
                    uint64_t *bits)
{
    cluster line[256];
    unsigned owner[256], left = 0;
    memset(table_of, 0, n);
    for (unsigned t = 0; t < n; t++) {
        uint64_t total = 0, sum = 0;
        for (unsigned s = 0; s < span; s++) total += histograms[t][s], sum += (uint64_t)s * histograms[t][s];
        if (total == 0) continue; /* no symbol of the sample fell here: table 0 will do */
        line[left++] =
            (cluster){.histogram = &histograms[t], .mean_q16 = (sum << 16) / total, .first_tile = t};
    }
    if (left == 0) {
        *bits = 0;
        return 0;
    }
    qsort(line, left, sizeof line[0], by_mean);
    for (unsigned i = 0; i < left; i++) owner[i] = line[i].first_tile, line[i].first_tile = i;
    unsigned n_tiles = left;

    for (unsigned i = 0; i < left; i++) {
        line[i].cost = cost_of(*line[i].histogram, NULL, span, table, scale_q8);
        if (i + 1 < left)
            line[i].with_next = cost_of(*line[i].histogram, *line[i + 1].histogram, span, table, scale_q8);
    }
    while (left > 1) {
        unsigned best = 0;
        int64_t best_loss = INT64_MAX;
        for (unsigned i = 0; i + 1 < left; i++) {
            int64_t loss = (int64_t)line[i].with_next - (int64_t)line[i].cost - (int64_t)line[i + 1].cost;
            if (loss < best_loss) best_loss = loss, best = i;
        }
        if (left <= most && best_loss > 0) break;
        cluster *a = &line[best], *b = a + 1;
        for (unsigned s = 0; s < span; s++) (*a->histogram)[s] += (*b->histogram)[s];
        a->cost = a->with_next;
        memmove(b, b + 1, (left - best - 2) * sizeof *b);
        left--;
        if (best + 1 < left) a->with_next = cost_of(*a->histogram, *b->histogram, span, table, scale_q8);
        if (best > 0) a[-1].with_next = cost_of(*a[-1].histogram, *a->histogram, span, table, scale_q8);
    }
    *bits = 0;
    for (unsigned t = 0; t < left; t++) {
        unsigned end = t + 1 < left ? line[t + 1].first_tile : n_tiles;
        for (unsigned i = line[t].first_tile; i < end; i++) table_of[owner[i]] = (uint8_t)t;
        memcpy(counts[t], *line[t].histogram, sizeof counts[t]);
        *bits += line[t].cost >> 8;
    }
    return left;
}
