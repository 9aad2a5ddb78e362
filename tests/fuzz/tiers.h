/* What fuzz targets share: the kernel tables of this machine, and a stop at the first thing not true. */
#ifndef PC_TESTS_TIERS_H
#define PC_TESTS_TIERS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pycomp/kernels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* The scalar table first; returns how many. */
static inline int fuzz_tiers(pc_kernels tables[3])
{
    static const uint32_t tiers[] = {PC_ISA_AVX2, PC_ISA_AVX2 | PC_ISA_AVX512, PC_ISA_NEON,
                                     PC_ISA_NEON | PC_ISA_PMULL};
    uint32_t have = pc_isa_detect();
    int n = 0;
    pc_kernels_fill(&tables[n++], PC_ISA_SCALAR);
    for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++)
        if ((tiers[i] & ~have) == 0) pc_kernels_fill(&tables[n++], tiers[i]);
    return n;
}

/* A heap block of exactly this size, so that the sanitizer sees any overrun. */
static inline uint8_t *fuzz_block(size_t size)
{
    uint8_t *block = malloc(size != 0 ? size : 1);
    MUST(block != NULL);
    return block;
}

/* What every base holds: floats of many scales, both signs. */
static inline void fuzz_base(uint8_t *dst, size_t size)
{
    for (size_t i = 0; i < size; i++) dst[i] = (uint8_t)(i * i * 2654435761u >> 13 & (i % 2 ? 0xbf : 0xff));
}

#endif
