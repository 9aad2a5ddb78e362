/* Level max: weights that predict an element from those to its left in the same row.
 *
 * The columns of trained embeddings are correlated: in a vocabulary of 30,000 by 384 the others tell a
 * sixth of a bit and more about each element, mostly its sign. The weights are those of linear regression
 * on a sample of rows, in 1/64, found by coordinate descent on the integers themselves (so that they are
 * the same everywhere and each one's rounding is made up for by the others), each only if it saves more
 * bits than it costs. Only tall matrices have the rows to pay for cols^2 / 2 of them. */
#include <string.h>

#include "base/alloc.h"
#include "tensor/encoder.h"
#include "tensor/mixed.h"
#include "tensor/split.h"

enum {
    SAMPLE_ROWS = 16384, /* 43 a weight at 384 columns: what fits the sample fits the rest */
    LEAST_ROWS = 4,      /* rows a column, below which nothing is tried */
    BLOCK_ROWS = 128,    /* 2^22 a product: as many as fit 31 bits with room */
    SWEEPS = 6,          /* the sum of squares hardly falls after four */
    WEIGHT_BITS = 6,     /* a weight's code, with what it saves the others */
    CORRELATION_ONE = 1 << 20
};

/* Integer square root, rounded down. */
static uint32_t root_of(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= x) root += bit;
    return (uint32_t)root;
}

typedef struct training {
    const pc_tensor_encoder *e;
    int32_t value[256];
    size_t cols, rows;
    uint8_t *symbols, *mids; /* of one row */
    int32_t *row;
    int64_t *moments;  /* sums of values, then of their squares; [cols] each */
    int64_t *products; /* of departures, [cols][cols], lower triangle; then correlations */
    int32_t *block;    /* the same over BLOCK_ROWS rows */
    int64_t *gradient; /* [cols] */
} training;

/* Values of row i of the sample. */
static void load_row(const training *t, size_t i)
{
    const pc_tensor_model *m = &t->e->model;
    uint64_t row = m->rows / t->rows * i + m->rows % t->rows * i / t->rows;
    pc_split_facts facts = {0, ~(uint64_t)0, 0};
    const uint8_t *src = t->e->data + row * t->cols * m->traits->size;
    uint8_t *lows = t->mids + t->cols + PC_SLACK;
    t->e->kernels.float_split(src, t->cols, &m->layout, m->window, t->symbols, t->mids, lows, &facts);
    for (size_t c = 0; c < t->cols; c++) {
        int32_t value = t->value[t->symbols[c]];
        t->row[c] = t->mids[c] >> (m->layout.mid_bits - 1) ? -value : value;
    }
}

static void find_centres(training *t, pc_tensor_model *m)
{
    memset(t->moments, 0, 2 * t->cols * sizeof *t->moments);
    for (size_t i = 0; i < t->rows; i++) {
        load_row(t, i);
        for (size_t c = 0; c < t->cols; c++) {
            t->moments[c] += t->row[c];
            t->moments[t->cols + c] += (int64_t)t->row[c] * t->row[c];
        }
    }
    for (size_t c = 0; c < t->cols; c++) {
        int64_t mean = t->moments[c] / (int64_t)t->rows, square = t->moments[t->cols + c] / (int64_t)t->rows;
        uint32_t deviation = root_of((uint64_t)PC_MAX(square - mean * mean, 0));
        m->centres[c] = (int16_t)mean;
        m->deviations[c] = (uint16_t)PC_MIN(PC_MAX(deviation, 1u), 65535u);
    }
}

/* Correlations, as 2^20ths, to products. */
static void correlate(training *t, const pc_tensor_model *m)
{
    const size_t cols = t->cols;
    const pc_mix_model mix = pc_mixed_model(m);
    memset(t->products, 0, cols * cols * sizeof *t->products);
    for (size_t i = 0; i < t->rows; i++) {
        if (i % BLOCK_ROWS == 0) memset(t->block, 0, cols * cols * sizeof *t->block);
        load_row(t, i);
        for (size_t c = 0; c < cols; c++) t->row[c] = pc_mix_departure(&mix, c, t->row[c]);
        for (size_t a = 0; a < cols; a++) {
            int32_t *sums = t->block + a * cols, x = t->row[a];
            for (size_t b = 0; b <= a; b++) sums[b] += x * t->row[b];
        }
        if (i % BLOCK_ROWS != BLOCK_ROWS - 1 && i + 1 < t->rows) continue;
        for (size_t k = 0; k < cols * cols; k++) t->products[k] += t->block[k];
    }
    for (size_t a = 0; a < cols; a++)
        for (size_t b = 0; b <= a; b++) {
            int64_t correlation =
                t->products[a * cols + b] * 16 / (int64_t)t->rows; /* departures are 256ths */
            t->products[a * cols + b] = t->products[b * cols + a] = correlation;
        }
}

/* Regresses column `to` on those before it. Returns the share of its variance that goes, in 2^-20. */
static int64_t regress(training *t, pc_tensor_model *m, size_t to, uint64_t *cost)
{
    const size_t cols = t->cols;
    const int64_t *of_to = t->products + to * cols;
    /* A weight of q/64 with gradient g at 0 saves q (2 g - q) / 64^2 of the variance, half of that times
     * log2(e) = 0.72 bits for each row. */
    const int64_t unit = (int64_t)64 * 64 * CORRELATION_ONE,
                  price = WEIGHT_BITS * 25 * unit / 18 / (int64_t)m->rows;
    for (size_t c = 0; c < to; c++) t->gradient[c] = 64 * of_to[c];
    for (unsigned sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t c = 0; c < to; c++) {
            int8_t *weight = &m->weights[c * cols + to];
            const int64_t *of_c = t->products + c * cols;
            if (of_c[c] == 0) continue;
            int64_t from_0 = t->gradient[c] + *weight * of_c[c];
            int64_t best = (2 * from_0 + (from_0 < 0 ? -of_c[c] : of_c[c])) / (2 * of_c[c]);
            best = best < -127 ? -127 : best > 127 ? 127 : best;
            if (best * (2 * from_0 - best * of_c[c]) < price) best = 0;
            int64_t step = best - *weight;
            if (step == 0) continue;
            *weight = (int8_t)best;
            for (size_t k = 0; k < to; k++) t->gradient[k] -= step * of_c[k];
        }
    int64_t saved = 0;
    for (size_t c = 0; c < to; c++) {
        int8_t weight = m->weights[c * cols + to];
        saved += weight * (64 * of_to[c] + t->gradient[c]) / (64 * 64);
        *cost += weight != 0 ? WEIGHT_BITS : 1;
    }
    return saved;
}

static int train(training *t, pc_tensor_model *m)
{
    find_centres(t, m);
    correlate(t, m);
    memset(m->weights, 0, t->cols * t->cols);
    uint64_t cost = 32 * t->cols;
    int64_t saved = 0;
    for (size_t c = 1; c < t->cols; c++) saved += regress(t, m, c, &cost);
    /* By the formula above; mixing gets about two thirds of that, which must pay for the cost. */
    return saved > 0 && (uint64_t)saved / 1024 * m->rows / 1024 * 12 / 25 > cost;
}

pc_status pc_mixed_train(pc_tensor_encoder *e)
{
    pc_tensor_model *m = &e->model;
    const size_t cols = m->info.cols, n = cols * cols;
    if (m->method != PC_METHOD_FLOAT || m->flags & PC_FRAME_SPARSE || cols < PC_MIN_COLS ||
        cols > PC_MIX_MAX_WEIGHTS || m->rows < LEAST_ROWS * cols)
        return PC_OK;
    training t = {.e = e, .cols = cols, .rows = (size_t)PC_MIN(m->rows, (uint64_t)SAMPLE_ROWS)};
    const pc_mix_model mix = pc_mixed_model(m);
    pc_mix_values(&mix, t.value);
    /* Longs first, so that all are aligned. */
    uint8_t *block = pc_alloc((n + 3 * cols) * sizeof(int64_t) + (n + cols) * sizeof(int32_t) +
                              (2 + sizeof(uint64_t)) * cols + 3 * PC_SLACK);
    m->weights = pc_alloc(n);
    m->centres = pc_alloc(cols * (sizeof *m->centres + sizeof *m->deviations));
    pc_status status = block == NULL || m->weights == NULL || m->centres == NULL ? PC_ERR_MEMORY : PC_OK;
    if (status == PC_OK) {
        t.products = (int64_t *)(void *)block;
        t.moments = t.products + n;
        t.gradient = t.moments + 2 * cols;
        t.block = (int32_t *)(void *)(t.gradient + cols);
        t.row = t.block + n;
        t.symbols = (uint8_t *)(t.row + cols);
        t.mids = t.symbols + cols + PC_SLACK;
        m->deviations = (uint16_t *)(m->centres + cols);
        if (train(&t, m)) m->flags |= PC_FRAME_WEIGHTS;
    }
    pc_free(block);
    return status;
}
