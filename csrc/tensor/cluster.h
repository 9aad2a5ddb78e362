/* Clustering tiles into tables. Encode side only. */
#ifndef PC_TENSOR_CLUSTER_H
#define PC_TENSOR_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

/* What a table costs besides its symbols: bits for each symbol of its span, and once. */
typedef struct pc_table_price {
    unsigned span_bits;
    uint64_t fixed_bits;
} pc_table_price;

/* Merges the n histograms (n <= 256, nothing at or above span, overwritten) until at most `most` are left and
 * no further merge saves bits, the price of tables included, the histograms' own cost scaled by scale_q8 /
 * 256 (sample to whole). table_of[i] becomes the number of the table that took histogram i, counts[t] the
 * histogram of table t. Returns the number of tables; *bits is what all this costs. */
unsigned pc_cluster(uint32_t (*histograms)[256], unsigned n, unsigned span, unsigned most,
                    pc_table_price table, uint64_t scale_q8, uint8_t *table_of, uint32_t (*counts)[256],
                    uint64_t *bits);

#endif
