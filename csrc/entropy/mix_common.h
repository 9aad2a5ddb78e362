/* What the mixing encoder and decoder share: everything but the range coder's direction.
 *
 * A symbol is coded as a walk down a binary tree, order-preserving and balanced by the static
 * frequencies: each decision is "less than m or not", about 4.6 of them a symbol. Each decision's
 * probability is adaptive under INPUTS contexts at once; a small neural network without hidden layers
 * (logistic mixing: Mahoney, "Adaptive weighing of context models for lossless data compression", 2005)
 * weighs their log-odds and learns after every decision. The sign is one more decision, made first.
 *
 * Contexts are estimates of the element, not copies of its neighbours, for trained weights resemble
 * their neighbours in scale and hardly in value (docs/design/0006-mix.md has what each is worth):
 *
 *     column     which column, with the sign: learns the shape of a column's distribution
 *     scale      mean symbol expected here, column's mean + the row's departure from its columns' means
 *     offset     the same, coarsely, with the expected value in units of the scale, seen from the sign
 *     level      the column's mean alone
 *     above      the symbol and sign above, for tables of positions and the like
 *
 * All state is integers; shifts of negative numbers are arithmetic, as every supported compiler does. */
#ifndef PC_ENTROPY_MIX_COMMON_H
#define PC_ENTROPY_MIX_COMMON_H

#include "base/mem.h"
#include "pycomp/mix.h"

enum {
    PC_MIX_INPUTS = 5,
    PC_MIX_SIGN_INPUTS = 3,
    PC_MIX_NODES = 256, /* a tree over 256 symbols has at most 255 inner nodes; the last set is the sign's */
    PC_MIX_SIGN = 255,
    PC_MIX_LINE = 16,  /* slots of a cache line */
    PC_MIX_LEAF = 256, /* a child from here up is a leaf: PC_MIX_LEAF + symbol */

    /* Classes of each context. Columns of wider matrices share classes with their neighbours: a chunk
     * has few rows of those, too few to learn the columns one by one. */
    PC_MIX_COLUMNS = 512,
    PC_MIX_SCALES = 128, /* half symbols about the mean symbol */
    PC_MIX_COARSE = 32,  /* symbols about the mean symbol, for the offset */
    PC_MIX_OFFSETS = 16,
    PC_MIX_ABOVE = 64,
    PC_MIX_RATIOS = 64, /* of the sign: expected value in sixteenths of the scale */
    PC_MIX_CLASSES = 2 * PC_MIX_COLUMNS + 2 * PC_MIX_SCALES + PC_MIX_COARSE * PC_MIX_OFFSETS +
        2 * PC_MIX_ABOVE,
    PC_MIX_SIGN_CLASSES = PC_MIX_RATIOS + PC_MIX_COLUMNS + 64,

    /* A probability is 22 bits above a count of 10: the first updates go by 1 / n, later ones by the
     * limit's rate, where it follows slow drift. */
    PC_MIX_COUNT_BITS = 10,
    PC_MIX_LIMIT = 1000,
    PC_MIX_ONE = 1 << 22,

    /* Log-odds are in units of 1/256 natural, clamped to 8. */
    PC_MIX_ODDS = 2048,
    /* Errors are 16 bits, log-odds 11; this makes the network's rate about 1/500 (best of 1/250 to 1/2000
     * on transformer weights, flat in between). */
    PC_MIX_RATE_SHIFT = 17,
    /* Mixing weights are in 2^-14 and stay within 8: five of them times odds fit 31 bits. */
    PC_MIX_MIXER_BITS = 14,
    PC_MIX_MOST_WEIGHT = 8 << PC_MIX_MIXER_BITS,

    PC_MIX_COL_RATE = 7, /* columns' means settle to rates of 1 / 128 */
    /* How far one symbol may pull a mean, in 64ths of an octave: log|x| has a long tail towards 0 which
     * says little about the scale. */
    PC_MIX_CLIP = 5 * 64,
    PC_MIX_VALUE_TOP = 14, /* the greatest symbol's value is near 2^15 */

    PC_MIX_WEIGHT_BITS = 6 /* weights are in 1/64; 1024 of them times departures stay below 2^31 */
};

/* The loops over inputs are short and hot: unrolled at -O2 too, which gains a quarter. */
#if defined(__clang__)
#define PC_MIX_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define PC_MIX_UNROLL _Pragma("GCC unroll 8")
#else
#define PC_MIX_UNROLL
#endif

typedef struct pc_mix_node {
    uint16_t child[2];
    uint16_t middle; /* symbols from here on go to child[1] */
} pc_mix_node;

typedef struct pc_mix_state {
    pc_mix_node tree[PC_MIX_NODES];
    unsigned nodes, root;
    size_t stride;                    /* slots of a class */
    int16_t stretch[4096];            /* log-odds of a 12-bit probability */
    uint16_t squash[2 * PC_MIX_ODDS]; /* and 16-bit probability of log-odds */
    int32_t rate[1 << PC_MIX_COUNT_BITS];
    int32_t value[256]; /* of a symbol, to about 15 bits */
    int32_t weights[PC_MIX_NODES][PC_MIX_INPUTS];
    uint32_t sign_slots[PC_MIX_SIGN_CLASSES];

    int mean;            /* of all symbols, by the frequencies */
    int clip, col_shift; /* of a column to its class */
    size_t cols, col, row;
    int row_mean; /* of symbols less their columns' means, times 256 */
    int prior;    /* observations that stated column means count for */
    const pc_mix_model *model;
    uint32_t *slots;    /* [class][node] */
    int32_t *col_mean;  /* times 256 */
    int32_t *col_value; /* times 16 */
    int32_t *expected;  /* with weights: departure of each column of this row, by what is known */
    uint8_t *above;     /* symbol, by column */
    uint8_t *above_sign;

    /* Of the element at hand. */
    int scale, ratio;
    uint32_t *input[PC_MIX_INPUTS];
} pc_mix_state;

/* Builds the tree, the tables and the first guesses in the workspace (mix_model.c). */
pc_mix_state *pc_mix_begin(const pc_mix_model *model, void *workspace);

PC_INLINE int pc_mix_clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

/* One decision under way: what each input says and weighs. */
typedef struct pc_mix_decision {
    uint32_t slot[PC_MIX_INPUTS];
    int32_t odds[PC_MIX_INPUTS], weight[PC_MIX_INPUTS];
    unsigned probability; /* of a 1, 16 bits */
} pc_mix_decision;

/* The prediction of n inputs at a node: slots at input[i][at]. */
PC_INLINE pc_mix_decision pc_mix_predict(const pc_mix_state *s, uint32_t *const *input, size_t at,
                                         unsigned node, unsigned n)
{
    pc_mix_decision d;
    int32_t sum = 0;
    PC_MIX_UNROLL
    for (unsigned i = 0; i < n; i++) {
        d.slot[i] = input[i][at];
        d.weight[i] = s->weights[node][i];
        d.odds[i] = s->stretch[d.slot[i] >> 20];
        sum += d.odds[i] * d.weight[i];
    }
    sum = pc_mix_clamp(sum >> PC_MIX_MIXER_BITS, -PC_MIX_ODDS, PC_MIX_ODDS - 1);
    d.probability = s->squash[sum + PC_MIX_ODDS];
    return d;
}

/* Learns the outcome: the network by its error, every input by its own. */
PC_INLINE void pc_mix_learn(pc_mix_state *s, const pc_mix_decision *d, uint32_t *const *input, size_t at,
                            unsigned node, unsigned n, unsigned bit)
{
    int32_t error = (int32_t)(bit << 16) - (int32_t)d->probability;
    int32_t to = bit ? PC_MIX_ONE - 1 : 255; /* 255: the shift rounds down, p must not fall below 0 */
    PC_MIX_UNROLL
    for (unsigned i = 0; i < n; i++) {
        int32_t step = (d->odds[i] * error + (1 << (PC_MIX_RATE_SHIFT - 1))) >> PC_MIX_RATE_SHIFT;
        s->weights[node][i] = pc_mix_clamp(d->weight[i] + step, -PC_MIX_MOST_WEIGHT, PC_MIX_MOST_WEIGHT);
        uint32_t count = d->slot[i] & ((1u << PC_MIX_COUNT_BITS) - 1);
        int32_t p = (int32_t)(d->slot[i] >> PC_MIX_COUNT_BITS);
        p += ((to - p) >> 8) * s->rate[count] >> 8; /* 14 bits and the sign by 16 */
        input[i][at] = (uint32_t)p << PC_MIX_COUNT_BITS | (count + (count < PC_MIX_LIMIT));
    }
}

/* Signed ratio to offset class: equal below and above 0, wider further out. */
PC_INLINE unsigned pc_mix_offset(int ratio)
{
    static const uint8_t bucket[33] = {0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5,
                                       5, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7};
    return ratio < 0 ? 8u - bucket[-ratio] : 8u + bucket[ratio];
}

/* What is expected of the next element: its scale, and the ratio of the value to it. */
PC_INLINE void pc_mix_expect(pc_mix_state *s)
{
    s->scale = s->col_mean[s->col] + s->row_mean;
    int unit = s->value[pc_mix_clamp(s->scale >> 8, 0, 255)];
    int64_t value = s->col_value[s->col] >> 4;
    if (s->expected != NULL) {
        int64_t departure = (int64_t)s->expected[s->col] * s->model->deviations[s->col];
        value = s->model->centres[s->col] + (departure >> (PC_MIX_WEIGHT_BITS + PC_MIX_DEPARTURE_BITS));
    }
    value = value * 16 / PC_MAX(unit, 1);
    s->ratio = (int)(value < -31 ? -31 : value > 31 ? 31 : value);
}

PC_INLINE void pc_mix_sign_inputs(pc_mix_state *s, unsigned left_sign, uint32_t *input[PC_MIX_SIGN_INPUTS])
{
    int rise = pc_mix_clamp((s->above[s->col] - (s->scale >> 8)) / 4 + 2, 0, 4);
    input[0] = s->sign_slots + (s->ratio + PC_MIX_RATIOS / 2);
    input[1] = s->sign_slots + PC_MIX_RATIOS + (s->col >> s->col_shift);
    input[2] = s->sign_slots + PC_MIX_RATIOS + PC_MIX_COLUMNS + 8 * rise + 4 * (s->row != 0) +
               2 * s->above_sign[s->col] + left_sign;
}

/* The class of each context; sign is 0 where there are none. */
PC_INLINE void pc_mix_inputs(pc_mix_state *s, unsigned sign)
{
    const size_t stride = s->stride;
    int scale =
        pc_mix_clamp(((2 * s->scale + 128) >> 8) - 2 * s->mean + PC_MIX_SCALES / 2, 0, PC_MIX_SCALES - 1);
    int coarse = pc_mix_clamp(((s->scale + 128) >> 8) - s->mean + PC_MIX_COARSE / 2, 0, PC_MIX_COARSE - 1);
    int level = pc_mix_clamp(((2 * s->col_mean[s->col] + 128) >> 8) - 2 * s->mean + PC_MIX_SCALES / 2, 0,
                             PC_MIX_SCALES - 1);
    int above =
        s->row == 0 ? 0 : pc_mix_clamp(s->above[s->col] - s->mean + PC_MIX_ABOVE / 2, 1, PC_MIX_ABOVE - 1);
    unsigned offset = pc_mix_offset(sign ? -s->ratio : s->ratio);
    uint32_t *at = s->slots;
    s->input[0] = at + ((s->col >> s->col_shift) * 2 + sign) * stride;
    at += 2 * PC_MIX_COLUMNS * stride;
    s->input[1] = at + (size_t)scale * stride;
    at += PC_MIX_SCALES * stride;
    s->input[2] = at + ((size_t)coarse * PC_MIX_OFFSETS + offset) * stride;
    at += PC_MIX_COARSE * PC_MIX_OFFSETS * stride;
    s->input[3] = at + (size_t)level * stride;
    at += PC_MIX_SCALES * stride;
    s->input[4] = at + ((size_t)above * 2 + (sign != s->above_sign[s->col])) * stride;
    /* Walks need the first line at once, and go on to the others. */
    for (unsigned i = 0; i < PC_MIX_INPUTS; i++) {
        PC_PREFETCH(s->input[i] + PC_MIX_LINE, 0, 3);
        PC_PREFETCH(s->input[i] + 2 * PC_MIX_LINE, 0, 3);
    }
}

/* Moves on: means and values learn the element. */
PC_INLINE void pc_mix_advance(pc_mix_state *s, const pc_kernels *kernels, unsigned symbol, unsigned sign)
{
    size_t col = s->col;
    int x = (int)symbol * 256, of_column = x - s->row_mean - s->col_mean[col], of_row = x - s->scale;
    int seen = (int)PC_MIN(s->row, 128u) + s->prior, seen_row = (int)PC_MIN(col, 126u) + 2;
    int value = sign ? -s->value[symbol] : s->value[symbol];
    s->col_mean[col] += pc_mix_clamp(of_column, -s->clip, s->clip) / PC_MIN(seen, 1 << PC_MIX_COL_RATE);
    s->row_mean += pc_mix_clamp(of_row, -s->clip, s->clip) / seen_row;
    if (s->expected != NULL) {
        const int8_t *weights = s->model->weights + col * s->cols;
        int departure = pc_mix_departure(s->model, col, value); /* which says something about those to come */
        kernels->mix_spread(s->expected + col + 1, weights + col + 1, s->cols - col - 1, departure);
    } else {
        s->col_value[col] += (value * 16 - s->col_value[col]) / (int)(PC_MIN(s->row, 62u) + 2);
    }
    s->above[col] = (uint8_t)symbol;
    s->above_sign[col] = (uint8_t)sign;
    if (++s->col == s->cols) {
        s->col = 0;
        s->row++;
        s->row_mean = 0;
        if (s->expected != NULL) memset(s->expected, 0, s->cols * sizeof *s->expected);
    }
}

#endif
