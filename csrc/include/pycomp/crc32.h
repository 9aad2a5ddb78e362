/* CRC-32 of gzip, zip and PNG: polynomial 0x04c11db7, reflected, inverted at both ends (RFC 1952, 8). */
#ifndef PYCOMP_CRC32_H
#define PYCOMP_CRC32_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The checksum of what gave `crc` followed by n bytes; 0 is the checksum of nothing. */
uint32_t pc_crc32(const pc_kernels *kernels, uint32_t crc, const void *src, size_t n);

/* The checksum of two pieces in a row, from theirs and the length of the second. */
uint32_t pc_crc32_combine(uint32_t first, uint32_t second, uint64_t second_len);

#ifdef __cplusplus
}
#endif

#endif
