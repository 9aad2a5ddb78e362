/* From samples to coefficients: windows, autocorrelation, Levinson and Durbin's recursion, rounding.
 *
 * Additions, multiplications, divisions and comparisons of doubles in a stated order, nothing fused and no
 * library functions, so that every platform chooses the same integers. Sources: Makhoul, "Linear prediction:
 * a tutorial review", 1975; for the windows, Harris, "On the use of windows for harmonic analysis", 1978. */
#include "base/compiler.h"
#include "pycomp/lpc.h"

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

static const double pi = 3.14159265358979323846;

/* sin(x) and cos(x), |x| <= pi / 2: the terms from x^27 on are below 1e-16. */
static double sine(double x)
{
    double sum = 1;
    for (unsigned k = 26; k > 1; k -= 2) sum = 1 - sum * x * x / (double)(k * (k + 1));
    return sum * x;
}

/* (1 - cos(pi t)) / 2 for 0 <= t <= 1: the raised cosine from 0 to 1. */
static double rise(double t)
{
    double s = sine(pi / 2 * t);
    return s * s;
}

void pc_lpc_weights(pc_lpc_window window, double *weights, size_t n)
{
    double last = (double)n - 1;
    for (size_t i = 0; i < n; i++) {
        double near = (double)PC_MIN(i, n - 1 - i), weight = 1; /* to the nearer end */
        if (n > 1 && window == PC_LPC_HANN) weight = rise(2 * near / last);
        if (n > 1 && window == PC_LPC_TUKEY && 4 * near < last) weight = rise(4 * near / last);
        if (n > 1 && window == PC_LPC_WELCH) weight = 4 * near * (last - near) / (last * last);
        weights[i] = weight;
    }
}

void pc_lpc_autocorrelate(const double *x, size_t n, unsigned lags, double *r)
{
    for (unsigned lag = 0; lag < lags; lag++) {
        double s[PC_LPC_PAD] = {0};
        const double *y = x - lag;
        for (size_t i = 0; i < n; i += PC_LPC_PAD)
            for (unsigned j = 0; j < PC_LPC_PAD; j++) s[j] += x[i + j] * y[i + j];
        r[lag] = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }
}

unsigned pc_lpc_levinson(const double *r, unsigned order, double (*rows)[PC_LPC_MAX_ORDER], double *errors)
{
    errors[0] = r[0];
    for (unsigned m = 0; m < order; m++) {
        if (!(errors[m] > 0)) return m;
        const double *last = m == 0 ? rows[0] : rows[m - 1];
        double sum = r[m + 1];
        for (unsigned j = 0; j < m; j++) sum -= last[j] * r[m - j];
        double reflection = sum / errors[m];
        for (unsigned j = 0; j < m; j++) rows[m][j] = last[j] - reflection * last[m - 1 - j];
        rows[m][m] = reflection;
        errors[m + 1] = errors[m] * (1 - reflection * reflection);
    }
    return order;
}

/* Half away from zero. */
static int32_t nearest(double v) { return v < 0 ? -(int32_t)(0.5 - v) : (int32_t)(v + 0.5); }

void pc_lpc_quantise(const double *coefs, unsigned order, unsigned precision, int16_t *quantised,
                     uint8_t *shift)
{
    double largest = 0, scale = 1, error = 0;
    int32_t high = (1 << (precision - 1)) - 1, low = -high - 1;
    for (unsigned j = 0; j < order; j++) {
        double size = coefs[j] < 0 ? -coefs[j] : coefs[j];
        if (size > largest) largest = size;
    }
    *shift = 0;
    while (*shift < PC_LPC_MAX_SHIFT && largest * scale * 2 <= high) scale *= 2, ++*shift;
    for (unsigned j = 0; j < order; j++) {
        error += coefs[j] * scale;
        /* Out of range even before the cast: coefficients of a nearly singular system. */
        int32_t q = error > high ? high : error < low ? low : nearest(error);
        q = q > high ? high : q;
        error -= q;
        quantised[j] = (int16_t)q;
    }
}

int pc_lpc_is_wide(const int16_t *coefs, unsigned order, unsigned shift, unsigned sample_bits)
{
    uint64_t sum = 0;
    for (unsigned j = 0; j < order; j++) sum += (uint64_t)(coefs[j] < 0 ? -(int32_t)coefs[j] : coefs[j]);
    /* Without a shift the low 32 bits of the sum are all there is to it. */
    return shift != 0 && sum << (sample_bits - 1) > INT32_MAX;
}
