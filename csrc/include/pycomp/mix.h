/* Adaptive coding of signed, noisy numbers by mixing predictions. Format: docs/formats/mix.md.
 *
 * For archives: many times slower than static tables, and smaller by what rows, columns and signs tell
 * of one another. */
#ifndef PYCOMP_MIX_H
#define PYCOMP_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_MIX_LINEAR = 0xff,      /* octave: symbols are magnitudes, not logarithms of them */
    PC_MIX_MAX_WEIGHTS = 1024, /* columns of the widest matrix with weights */
    PC_MIX_DEPARTURE_BITS = 8, /* departures are in 1/256 deviations, of at most 8 */
    PC_MIX_MOST_DEPARTURE = 8 << PC_MIX_DEPARTURE_BITS
};

/* What both sides know before the first symbol. */
typedef struct pc_mix_model {
    size_t cols;           /* of the matrix that the symbols are from; at least 1 */
    const uint16_t *freqs; /* 256 static frequencies of the symbols (rans.h), not all 0: the first guess */
    uint8_t has_signs;
    uint8_t octave;           /* log2 of the symbols to an octave, or PC_MIX_LINEAR */
    uint16_t first;           /* what to add to a symbol so that its low `octave` bits are a mantissa */
    const uint8_t *col_means; /* pc_mix_col_mean of each column, or NULL to learn them */
    /* Linear prediction of values from those to their left, or NULL. weights is cols by cols: at
     * [from][to] what one deviation of column `from` moves column `to`, in 1/64 deviations of that. */
    const int8_t *weights;
    const int16_t *centres;     /* with weights: values at which a column does not depart */
    const uint16_t *deviations; /* and its deviation, at least 1 */
} pc_mix_model;

/* A column's mean as the model states it: sum of count symbols, in half symbols. */
uint8_t pc_mix_col_mean(uint64_t sum, uint64_t count);

/* The values that symbols stand for, about 15 bits. */
void pc_mix_values(const pc_mix_model *model, int32_t values[256]);

/* How far a value is from its column's centre. */
static inline int pc_mix_departure(const pc_mix_model *model, size_t col, int value)
{
    int departure =
        (value - model->centres[col]) * (1 << PC_MIX_DEPARTURE_BITS) / (int)model->deviations[col];
    return departure < -PC_MIX_MOST_DEPARTURE  ? -PC_MIX_MOST_DEPARTURE
           : departure > PC_MIX_MOST_DEPARTURE ? PC_MIX_MOST_DEPARTURE
                                               : departure;
}

/* Bytes of workspace for either direction; any alignment. */
size_t pc_mix_workspace(size_t cols);

/* Codes n symbols, row by row, and with has_signs as many signs (bytes 0 or 1). A symbol outside the span
 * of those with a frequency is PC_ERR_PARAM; PC_ERR_DST_SIZE when the stream outgrows dst_cap. */
pc_status pc_mix_encode(const pc_kernels *kernels, const pc_mix_model *model, const uint8_t *symbols,
                        const uint8_t *signs, size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                        void *workspace);

/* Decodes exactly n symbols (and signs). Any bytes decode to something; what does not take exactly
 * src_len bytes is PC_ERR_TRUNCATED or PC_ERR_CORRUPT. */
pc_status pc_mix_decode(const pc_kernels *kernels, const pc_mix_model *model, const uint8_t *src,
                        size_t src_len, uint8_t *symbols, uint8_t *signs, size_t n, void *workspace);

#ifdef __cplusplus
}
#endif

#endif
