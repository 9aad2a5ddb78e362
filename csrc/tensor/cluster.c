/* Clustering tiles into tables.
 *
 * Tiles differ in scale and hardly in shape, so they form a line: sort them by mean symbol and only
 * neighbours need to be compared. Agglomerative merging along that line, cheapest loss first, takes
 * about three cost evaluations a tile; comparing all pairs finds the same tables for thirty times the
 * work. While clusters are many, each round merges every pair that is closer than its neighbouring pairs
 * and than the average: those come together in any order of merging (reciprocal nearest neighbours), and
 * nobody has to look for the smallest loss of all. */
#include "tensor/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "entropy/log2.h"
#include "tensor/sort.h"

enum { MOST_TILES = 256, ROUNDS_DOWN_TO = 4 /* clusters for each table wanted */ };

typedef struct cluster {
    uint32_t *histogram;
    uint64_t cost;       /* bits of this cluster alone */
    uint64_t with_next;  /* bits if merged with the next one */
    unsigned first_tile; /* index into the list of tiles in sorted order */
} cluster;

typedef struct pricing {
    unsigned bins;
    pc_table_price table;
    uint64_t scale_q8;
} pricing;

/* Bits, times 2^8, that one table costs: its symbols' entropy, scaled, and its span in the head. */
static uint64_t cost_of(const uint32_t *a, const uint32_t *b, const pricing *p)
{
    uint64_t total = 0, sum = 0;
    unsigned first = MOST_TILES, last = 0, live = 0;
    for (unsigned s = 0; s < p->bins; s++) {
        uint32_t count = b != NULL ? a[s] + b[s] : a[s];
        if (count == 0) continue;
        if (first == MOST_TILES) first = s;
        last = s;
        live++;
        total += count;
        sum += (uint64_t)count * pc_log2_q16(count);
    }
    if (total == 0) return 0;
    uint64_t entropy_q16 = total * pc_log2_q16((uint32_t)total) - sum;
    return (entropy_q16 >> 16) * p->scale_q8 + ((uint64_t)(last - first + 1) * p->table.span_bits +
                                                (uint64_t)live * p->table.live_bits + p->table.fixed_bits) *
                                                   256;
}

/* The tiles that hold symbols, by mean; returns how many. */
static unsigned line_up(const pc_histograms *h, uint8_t order[MOST_TILES], cluster line[MOST_TILES])
{
    uint64_t keys[MOST_TILES], spare[MOST_TILES];
    unsigned n = 0;
    for (unsigned t = 0; t < h->n; t++) {
        const uint32_t *counts = h->counts + (size_t)t * h->stride;
        uint64_t size = 0, sum = 0;
        for (unsigned s = 0; s < h->bins; s++) size += counts[s], sum += (uint64_t)s * counts[s];
        if (size == 0) continue;
        keys[n++] = (h->in_order ? 0 : (sum << 16) / size) << 8 | t; /* a mean in 8.16 above the number */
    }
    pc_sort_keys(keys, n, 8, 32, spare);
    for (unsigned i = 0; i < n; i++) {
        order[i] = (uint8_t)keys[i];
        line[i] = (cluster){.histogram = h->counts + (size_t)order[i] * h->stride, .first_tile = i};
    }
    return n;
}

/* What merging a cluster with its right neighbour costs. */
static int64_t loss_of(const cluster *a)
{
    return (int64_t)a->with_next - (int64_t)a[0].cost - (int64_t)a[1].cost;
}

/* Makes one cluster of a and a[1], but leaves the gap. */
static void join(cluster *a, const pricing *p)
{
    for (unsigned s = 0; s < p->bins; s++) a->histogram[s] += a[1].histogram[s];
    a->cost = a->with_next;
}

/* One round over all pairs, down to `most` clusters; returns how many are left. */
static unsigned merge_round(cluster *line, unsigned left, unsigned most, const pricing *p)
{
    int64_t losses[MOST_TILES + 1], sum = 0, before = INT64_MAX;
    uint8_t stale[MOST_TILES]; /* with_next has to be found anew */
    for (unsigned i = 0; i + 1 < left; i++) losses[i] = loss_of(&line[i]), sum += losses[i];
    losses[left - 1] = INT64_MAX;
    int64_t average = sum / (int64_t)(left - 1);
    unsigned kept = 0, mergers = left - most;
    for (unsigned i = 0; i < left; i++, kept++) {
        int64_t loss = losses[i], after = i + 1 < left ? losses[i + 1] : INT64_MAX;
        stale[kept] = 0;
        if (loss <= average && loss < before && loss <= after && mergers > 0) {
            mergers--;
            join(&line[i], p);
            line[kept] = line[i++];
            stale[kept] = 1;
            if (kept > 0) stale[kept - 1] = 1;
        } else {
            line[kept] = line[i];
        }
        before = losses[i];
    }
    for (unsigned i = 0; i + 1 < kept; i++)
        if (stale[i]) line[i].with_next = cost_of(line[i].histogram, line[i + 1].histogram, p);
    return kept;
}

/* Merges neighbours; returns how many clusters are left. */
static unsigned merge(cluster *line, unsigned left, unsigned most, const pricing *p)
{
    for (unsigned i = 0; i < left; i++) {
        line[i].cost = cost_of(line[i].histogram, NULL, p);
        if (i + 1 < left) line[i].with_next = cost_of(line[i].histogram, line[i + 1].histogram, p);
    }
    while (left > ROUNDS_DOWN_TO * most) left = merge_round(line, left, ROUNDS_DOWN_TO * most, p);
    while (left > 1) {
        unsigned best = 0;
        for (unsigned i = 1; i + 1 < left; i++)
            if (loss_of(&line[i]) < loss_of(&line[best])) best = i;
        if (left <= most && loss_of(&line[best]) > 0) break;
        cluster *a = &line[best], *b = a + 1;
        join(a, p);
        memmove(b, b + 1, (left - best - 2) * sizeof *b);
        left--;
        if (best + 1 < left) a->with_next = cost_of(a->histogram, b->histogram, p);
        if (best > 0) a[-1].with_next = cost_of(a[-1].histogram, a->histogram, p);
    }
    return left;
}

unsigned pc_cluster(pc_histograms h, unsigned most, pc_table_price table, uint64_t scale_q8,
                    uint8_t *table_of, uint64_t *bits)
{
    cluster line[MOST_TILES];
    uint8_t order[MOST_TILES];
    pricing p = {h.bins, table, scale_q8};
    *bits = 0;
    memset(table_of, 0, h.n); /* where no symbol of the sample fell, table 0 will do */
    unsigned n = line_up(&h, order, line);
    unsigned left = merge(line, n, most, &p);
    for (unsigned t = 0; t < left; t++) {
        unsigned end = t + 1 < left ? line[t + 1].first_tile : n;
        for (unsigned i = line[t].first_tile; i < end; i++) table_of[order[i]] = (uint8_t)t;
        *bits += line[t].cost >> 8;
    }
    return left;
}
