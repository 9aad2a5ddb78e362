/* XXH3: any cut of the input into pieces, on any tier, gives the scalar one-call hash. */
#include <stdint.h>
#include <stdlib.h>

#include "pycomp/xxh3.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels scalar, best;
    pc_xxh3_state state;
    pc_kernels_fill(&scalar, PC_ISA_SCALAR);
    pc_kernels_fill(&best, pc_isa_detect());
    pc_xxh3_init(&state);
    for (size_t at = 0; at < size;) {
        size_t piece = 3 * (size_t)data[at];
        if (piece > size - at) piece = size - at;
        pc_xxh3_update(&best, &state, data + at, piece);
        at += piece;
        if (piece == 0) pc_xxh3_update(&best, &state, data + at++, 1);
    }
    pc_hash128 whole = pc_xxh3_128(&scalar, data, size), pieces = pc_xxh3_digest128(&best, &state);
    if (whole.low != pieces.low || whole.high != pieces.high) abort();
    if (pc_xxh3_64(&scalar, data, size) != pc_xxh3_digest64(&best, &state)) abort();
    return 0;
}
