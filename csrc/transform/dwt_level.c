/* The geometry of a level: what lies beyond the ends, and where each output's filter begins. */
#include "transform/dwt_common.h"

/* i modulo n, from 0 on. */
static size_t wrapped(ptrdiff_t i, size_t n)
{
    ptrdiff_t r = i % (ptrdiff_t)n;
    return (size_t)(r < 0 ? r + (ptrdiff_t)n : r);
}

static pc_dwt_terms one(size_t at, double weight)
{
    pc_dwt_terms t = {1, {at, 0, 0}, {weight, 0, 0}};
    return t;
}

/* The line turned about each end element in turn: after a whole period of 2 (n - 1) it has risen by twice the
 * distance between the ends. */
static pc_dwt_terms antireflect(ptrdiff_t i, size_t n)
{
    size_t last = n - 1, r = wrapped(i, 2 * last);
    double periods = (double)((i - (ptrdiff_t)r) / (ptrdiff_t)(2 * last));
    pc_dwt_terms t = {3, {r, last, 0}, {1, 2 * periods, -2 * periods}};
    if (r > last) t.at[0] = 2 * last - r, t.weight[0] = -1, t.weight[1] += 2;
    return t;
}

pc_dwt_terms pc_dwt_beyond(ptrdiff_t i, size_t n, pc_dwt_mode mode)
{
    pc_dwt_terms none = {0, {0, 0, 0}, {0, 0, 0}};
    size_t end = i < 0 ? 0 : n - 1, r;
    if (i >= 0 && (size_t)i < n) return one((size_t)i, 1);
    switch (mode) {
    case PC_DWT_ZERO: break;
    case PC_DWT_CONSTANT: return one(end, 1);
    case PC_DWT_SYMMETRIC:
    case PC_DWT_ANTISYMMETRIC:
        r = wrapped(i, 2 * n);
        if (r < n) return one(r, 1);
        return one(2 * n - 1 - r, mode == PC_DWT_SYMMETRIC ? 1 : -1);
    case PC_DWT_REFLECT:
        if (n == 1) return one(0, 1);
        r = wrapped(i, 2 * n - 2);
        return one(r < n ? r : 2 * n - 2 - r, 1);
    case PC_DWT_PERIODIC: return one(wrapped(i, n), 1);
    case PC_DWT_PERIODIZATION: r = wrapped(i, n + n % 2); return one(PC_MIN(r, n - 1), 1);
    case PC_DWT_SMOOTH: {
        if (n == 1) return one(0, 1);
        double away = i < 0 ? -(double)i : (double)(i - (ptrdiff_t)end);
        pc_dwt_terms t = {2, {end, i < 0 ? 1 : n - 2, 0}, {1 + away, -away, 0}};
        return t;
    }
    case PC_DWT_ANTIREFLECT: return n == 1 ? one(0, 1) : antireflect(i, n);
    }
    return none;
}

size_t pc_dwt_band(size_t n, unsigned taps, pc_dwt_mode mode)
{
    return mode == PC_DWT_PERIODIZATION ? n / 2 + n % 2 : (n + taps - 1) / 2;
}

size_t pc_dwt_signal(size_t n, unsigned taps, pc_dwt_mode mode)
{
    if (mode == PC_DWT_PERIODIZATION) return 2 * n;
    return 2 * n + 2 > taps ? 2 * n + 2 - taps : 0;
}

void pc_dwt_analysis(pc_dwt_level *level, const pc_dwt_bank *bank, size_t n, pc_dwt_mode mode)
{
    unsigned taps = bank->taps, from = 0, to = taps;
    ptrdiff_t start = mode == PC_DWT_PERIODIZATION ? (ptrdiff_t)(taps / 2) : 1;
    /* Rows in ascending order are the filter from its end. */
    while (from < taps - 1 && bank->lo[taps - 1 - from] == 0 && bank->hi[taps - 1 - from] == 0) from++;
    while (to > from + 1 && bank->lo[taps - to] == 0 && bank->hi[taps - to] == 0) to--;
    level->taps = to - from;
    level->first = start - (ptrdiff_t)(taps - 1) + (ptrdiff_t)from;
    level->length = n;
    level->outputs = pc_dwt_band(n, taps, mode);
    level->drop = 0;
    level->mode = mode;
    for (unsigned t = from; t < to; t++) {
        level->c0[t - from] = bank->lo[taps - 1 - t];
        level->c1[t - from] = bank->hi[taps - 1 - t];
    }
}

/* x[m] = sum over k of band[k] filter[m + s - 2 k], s the analysis' delay made up for. Output pairs begin
 * where m + s is even, so that the even taps give one row of the pair and the odd taps the other. */
void pc_dwt_synthesis(pc_dwt_level *level, const pc_dwt_bank *bank, size_t n, pc_dwt_mode mode)
{
    unsigned half = bank->taps / 2;
    size_t s = mode == PC_DWT_PERIODIZATION ? half - 1 : bank->taps - 2;
    level->taps = half;
    level->drop = (int)(s % 2);
    level->first = (ptrdiff_t)(s / 2) - (ptrdiff_t)(half - 1);
    level->length = n;
    level->outputs = (pc_dwt_signal(n, bank->taps, mode) + s % 2 + 1) / 2;
    level->mode = PC_DWT_PERIODIC; /* no other mode reaches beyond the coefficients */
    for (unsigned t = 0; t < half; t++) {
        unsigned j = 2 * (half - 1 - t);
        level->c0[t] = bank->lo[j], level->c1[t] = bank->lo[j + 1];
        level->c0[half + t] = bank->hi[j], level->c1[half + t] = bank->hi[j + 1];
    }
}

size_t pc_dwt_cols(unsigned taps, size_t item)
{
    size_t cols = PC_DWT_KEEP / (2 * (size_t)taps * item) / PC_DWT_LEAST * PC_DWT_LEAST;
    return PC_MIN(PC_MAX(cols, (size_t)PC_DWT_LEAST), (size_t)PC_DWT_COLS);
}
