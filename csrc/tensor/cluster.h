/* Clustering tiles into tables. Encode side only. */
#ifndef PC_TENSOR_CLUSTER_H
#define PC_TENSOR_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

/* Merges the n histograms (n <= 256, each 256 counters, overwritten) until at most `most` are left and no
 * further merge saves bits, counting for each table `table_bits` bits a symbol of its span and scaling
 * the histograms' own cost by scale_q8 / 256 (sample to whole). table_of[i] becomes the number of the
 * table that took histogram i, counts[t] the histogram of table t. Returns the number of tables; *bits is
 * what all this costs. */
unsigned pc_cluster(uint32_t (*histograms)[256], unsigned n, unsigned most, unsigned table_bits,
                    uint64_t scale_q8, uint8_t *table_of, uint32_t (*counts)[256], uint64_t *bits);

#endif
