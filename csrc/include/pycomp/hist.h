/* Byte histograms. */
#ifndef PYCOMP_HIST_H
#define PYCOMP_HIST_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* counts[s] = occurrences of s in src; n < 2^32. */
void pc_hist_u8(const pc_kernels *kernels, const uint8_t *src, size_t n, uint32_t counts[256]);

/* Order-0 entropy of the counts in bits, times 2^16, by integer arithmetic (table of log2 with
 * linear interpolation): equal on every machine, so encoders may decide by it. */
uint64_t pc_hist_entropy_q16(const uint32_t counts[256]);

#ifdef __cplusplus
}
#endif

#endif
