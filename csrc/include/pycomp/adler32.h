/* Adler-32, the checksum of the zlib format (RFC 1950, 9). */
#ifndef PYCOMP_ADLER32_H
#define PYCOMP_ADLER32_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The checksum of what gave `adler` followed by n bytes; 1 is the checksum of nothing. */
uint32_t pc_adler32(const pc_kernels *kernels, uint32_t adler, const void *src, size_t n);

/* The checksum of two pieces in a row, from theirs and the length of the second. */
uint32_t pc_adler32_combine(uint32_t first, uint32_t second, uint64_t second_len);

#ifdef __cplusplus
}
#endif

#endif
