/* XXH3, 64 and 128 bits, seed 0: the non-cryptographic hash of Yann Collet's xxHash 0.8
 * (specification: "xxHash fast digest algorithm", version 0.2.0). Chunk checksums use the 64-bit
 * form, content identities the 128-bit form. */
#ifndef PYCOMP_XXH3_H
#define PYCOMP_XXH3_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pc_hash128 {
    uint64_t low, high;
} pc_hash128;

uint64_t pc_xxh3_64(const pc_kernels *kernels, const void *src, size_t n);
pc_hash128 pc_xxh3_128(const pc_kernels *kernels, const void *src, size_t n);

/* Streaming 128-bit form: same result as one call on the concatenated pieces. */
typedef struct pc_xxh3_state {
    uint64_t acc[8];
    uint8_t buffer[256];
    size_t buffered;
    size_t stripes; /* stripes consumed in the current block */
    uint64_t total;
} pc_xxh3_state;

void pc_xxh3_init(pc_xxh3_state *state);
void pc_xxh3_update(const pc_kernels *kernels, pc_xxh3_state *state, const void *src, size_t n);
uint64_t pc_xxh3_digest64(const pc_kernels *kernels, const pc_xxh3_state *state);
pc_hash128 pc_xxh3_digest128(const pc_kernels *kernels, const pc_xxh3_state *state);

#ifdef __cplusplus
}
#endif

#endif
