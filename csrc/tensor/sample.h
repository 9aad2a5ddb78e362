/* A sample of an array's rows, which the encoder decides by. Encode side only. */
#ifndef PC_TENSOR_SAMPLE_H
#define PC_TENSOR_SAMPLE_H

#include "tensor/encoder.h"

/* How hard each level looks. */
typedef struct pc_effort {
    uint32_t sample, most_sampled;   /* elements: so many, or an eighth of all but no more than that */
    uint32_t byte_sample;            /* the same of one-byte elements, all of which is symbol */
    uint32_t row_groups, col_groups; /* at most */
} pc_effort;

/* Eight row groups take most of the gain; column groups cost the decoder nothing, however many. */
PC_INLINE pc_effort pc_effort_of(pc_level level)
{
    switch (level) {
    case PC_LEVEL_FAST: return (pc_effort){1 << 15, 1 << 17, 1 << 17, 8, 1};
    case PC_LEVEL_DEFAULT: return (pc_effort){1 << 16, 1 << 19, 1 << 18, 8, 16};
    case PC_LEVEL_HIGH: return (pc_effort){1 << 21, 1 << 21, 1 << 22, 16, 16};
    default: return (pc_effort){1 << 21, 1 << 21, 1 << 22, 1, 1}; /* mixing finds the scales by itself */
    }
}

typedef struct pc_sample {
    size_t rows, cols;
    uint8_t *symbols;   /* rows * cols */
    unsigned span;      /* all symbols are below */
    uint64_t *row_sums; /* of symbols */
    uint32_t *col_sums;
    uint8_t *mids, *lows; /* one row's, not kept */
    void *scratch;        /* 16 bytes for each row and for each column; shares its place with lows */
} pc_sample;

/* The symbols of one row by the model's method; facts, for floats, is added to (analyse.c). */
void pc_sample_split(const pc_tensor_encoder *encoder, const uint8_t *row, const pc_sample *sample,
                     uint8_t *symbols, pc_split_facts *facts);

/* Counts symbols of the whole array that the sample missed as if they had come once (ranges.c). */
pc_status pc_sample_ranges(pc_tensor_encoder *encoder);

/* Chooses row groups, column groups and tables for the sample's symbols, into the model, thresholds and
 * counts (groups.c). Counts are of the sample: codes still need gaps filled where it is not the whole. */
pc_status pc_choose_groups(pc_tensor_encoder *encoder, pc_sample *sample, pc_effort effort);

#endif
