/* Interleaved static rANS: 12-bit probabilities, 32-bit states, 16-bit renormalisation. */
#ifndef PYCOMP_RANS_H
#define PYCOMP_RANS_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_RANS_BITS = 12,
    PC_RANS_TOTAL = 1 << PC_RANS_BITS,
    PC_RANS_MAX_LANES = 64,
    PC_RANS_FREQS_BOUND = 2 + 861 /* bytes that pc_rans_write_freqs needs at most; 50 is typical */
};

/* Frequencies that sum to PC_RANS_TOTAL, each present symbol at least 1, chosen to spend the fewest
 * bits on the counts. No present symbol: all 0. Integer arithmetic only, deterministic. */
void pc_rans_normalize(const uint32_t counts[256], uint16_t freqs[256]);

/* Bits that the frequencies spend on the counts, times 2^16. */
uint64_t pc_rans_cost_q16(const uint32_t counts[256], const uint16_t freqs[256]);

/* Serial form of a table; the reader checks the sum and says how many bytes it took. */
pc_status pc_rans_write_freqs(const uint16_t freqs[256], uint8_t *dst, size_t dst_cap, size_t *dst_len);
pc_status pc_rans_read_freqs(const uint8_t *src, size_t src_len, uint16_t freqs[256], size_t *src_used);

/* Tables prepared for coding. Plain values, shareable between threads once built. */
typedef struct pc_rans_encoder_table pc_rans_encoder_table;
typedef struct pc_rans_decoder_table pc_rans_decoder_table;
size_t pc_rans_encoder_table_size(void);
size_t pc_rans_decoder_table_size(void);
void pc_rans_encoder_build(pc_rans_encoder_table *table, const uint16_t freqs[256]);
void pc_rans_decoder_build(pc_rans_decoder_table *table, const uint16_t freqs[256]);

/* One run of symbols under one table. A stream is a list of runs coded through the same lanes, so
 * that many small runs under different tables pay the final states once. */
typedef struct pc_rans_encode_run {
    const uint8_t *src;
    size_t n;
    const pc_rans_encoder_table *table;
} pc_rans_encode_run;

typedef struct pc_rans_decode_run {
    uint8_t *dst;
    size_t n;
    const pc_rans_decoder_table *table;
} pc_rans_decode_run;

/* Never more than this many bytes for n symbols in all runs together (every symbol has a frequency
 * of at least 1 of 4096, so at most 12 bits, plus the lanes' final states). */
size_t pc_rans_bound(size_t n);

/* Encodes the runs as one stream. A symbol with frequency 0 in its table is PC_ERR_PARAM. The number
 * of lanes follows from the total number of symbols alone and is not stored. */
pc_status pc_rans_encode(const pc_kernels *kernels, const pc_rans_encode_run *runs, size_t n_runs,
                         uint8_t *dst, size_t dst_cap, size_t *dst_len);

/* Decodes a stream of exactly src_len bytes into the runs; all of it must be used and every lane
 * must end in its initial state, else PC_ERR_CORRUPT or PC_ERR_TRUNCATED. Never writes outside
 * [dst, dst + n) of any run, never reads outside src. */
pc_status pc_rans_decode(const pc_kernels *kernels, const uint8_t *src, size_t src_len,
                         const pc_rans_decode_run *runs, size_t n_runs);

#ifdef __cplusplus
}
#endif

#endif
