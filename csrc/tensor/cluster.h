/* Clustering tiles into tables. Encode side only. */
#ifndef PC_TENSOR_CLUSTER_H
#define PC_TENSOR_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

/* What a table costs besides its symbols: bits for each bin of its span, for each that is not empty, and
 * once. */
typedef struct pc_table_price {
    unsigned span_bits, live_bits;
    uint64_t fixed_bits;
} pc_table_price;

/* n histograms (n <= 256) of `bins` counters each, `stride` counters apart. */
typedef struct pc_histograms {
    uint32_t *counts;
    unsigned n, bins, stride;
    unsigned in_order; /* 1: neighbours are those that stand side by side, not those of like mean */
} pc_histograms;

/* Merges the histograms (which are overwritten) until at most `most` are left and no further merge saves
 * bits, the price of tables included, the histograms' own cost scaled by scale_q8 / 256 (sample to whole).
 * table_of[i] becomes the number of the table that took histogram i. Returns the number of tables; *bits is
 * what all this costs. */
unsigned pc_cluster(pc_histograms histograms, unsigned most, pc_table_price table, uint64_t scale_q8,
                    uint8_t *table_of, uint64_t *bits);

#endif
