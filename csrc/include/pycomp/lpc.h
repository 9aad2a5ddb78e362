/* Linear prediction: each sample less a weighted sum of those before it, in integers, as FLAC has it (RFC
 * 9639). */
#ifndef PYCOMP_LPC_H
#define PYCOMP_LPC_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_LPC_MAX_ORDER = 32,
    PC_LPC_MIN_PRECISION = 5,
    PC_LPC_MAX_PRECISION = 15, /* bits of a coefficient, sign included */
    PC_LPC_MAX_SHIFT = 15,
    PC_LPC_FIXED_ORDERS = 5, /* 0 .. 4 */
    PC_LPC_LANES = 16,       /* blocks that are restored side by side */
    PC_LPC_PAD = 8           /* autocorrelation adds up so many sums */
};

typedef enum pc_lpc_window { PC_LPC_RECTANGULAR, PC_LPC_HANN, PC_LPC_TUKEY, PC_LPC_WELCH } pc_lpc_window;

/* n weights, symmetric; Tukey's taper takes a quarter at each end. The same on every platform. */
void pc_lpc_weights(pc_lpc_window window, double *weights, size_t n);

/* r[lag] = sum of x[i] x[i - lag], lag < lags <= n + PC_LPC_MAX_ORDER + 1. The PC_LPC_MAX_ORDER numbers
 * before x and PC_LPC_PAD from x + n on are 0. Eight sums, of the elements of each remainder by 8, are added
 * in pairs. */
void pc_lpc_autocorrelate(const double *x, size_t n, unsigned lags, double *r);

/* Levinson and Durbin: the coefficients of each order 1 .. order, row by row of PC_LPC_MAX_ORDER, and the
 * errors of order 0 .. order. Returns the last order that could be solved: it is less where the error reaches
 * 0. */
unsigned pc_lpc_levinson(const double *r, unsigned order, double (*rows)[PC_LPC_MAX_ORDER], double *errors);

/* To integers of `precision` bits times 2^-shift, rounding so that the errors cancel out. */
void pc_lpc_quantise(const double *coefs, unsigned order, unsigned precision, int16_t *quantised,
                     uint8_t *shift);

/* What the kernels predict is (sum of coefs[j] x[i - 1 - j]) >> shift, computed without loss; residuals are
 * the low 32 bits of x[i] less that. Where every sum fits 32 bits, half the work does. */
int pc_lpc_is_wide(const int16_t *coefs, unsigned order, unsigned shift, unsigned sample_bits);

/* Blocks of lines: line l has n samples in ceil(n / block) blocks, the last one short. Every block has an
 * order, a shift and `stride` places for coefficients; its first `order` residuals are the samples
 * themselves. */
typedef struct pc_lpc_job {
    void *samples;     /* int16 or int32, lines back to back; written by pc_lpc_restore */
    int32_t *residual; /* of the samples' shape; read by pc_lpc_restore */
    size_t lines, n, block;
    unsigned width;       /* bytes of a sample: 2 or 4 */
    unsigned sample_bits; /* that every sample fits, sign included; at most 8 * width */
    uint8_t *orders, *shifts;
    int16_t *coefs;
    unsigned stride;

    /* For choosing. */
    unsigned max_order; /* <= stride; 0: fixed predictors alone */
    unsigned precision;
    pc_lpc_window window;
    uint64_t *costs; /* estimated bits of each block in Rice codes */
} pc_lpc_job;

/* Chooses each block's predictor, of the fixed ones and one from Levinson, by the bits of its residual in
 * Rice codes. */
pc_status pc_lpc_choose(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads);
pc_status pc_lpc_residual(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads);
/* PC_ERR_CORRUPT: an order above the stride or a shift above PC_LPC_MAX_SHIFT; nothing is written then. */
pc_status pc_lpc_restore(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
