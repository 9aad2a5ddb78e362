/* A frame of the numeric codec from anywhere: decodes or fails, the same on every tier, and never touches
 * what is not its own. The input is a whole frame: head, payloads, table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pycomp/tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More than this is nothing but time; real readers bound it by the caller's limit. */
enum { MOST = 8 << 20 };

static pc_status decode(uint32_t isa, const uint8_t *data, size_t size, uint8_t **out, size_t *out_size)
{
    pc_kernels kernels;
    pc_tensor_decoder *decoder = NULL;
    size_t failed = 0;
    pc_kernels_fill(&kernels, isa);
    *out = NULL, *out_size = 0;
    pc_status status = pc_tensor_decoder_create(&kernels, data, size, &decoder);
    if (status != PC_OK) return status;

    const pc_tensor_info *info = pc_tensor_decoder_info(decoder);
    if (info->head_size > size) abort();
    size_t rest = size - info->head_size;
    if (info->chunks > rest / 4)
        status = PC_ERR_TRUNCATED;
    else if (info->size > MOST)
        status = PC_ERR_LIMIT;
    if (status == PC_OK) {
        *out_size = (size_t)info->size;
        *out = calloc(*out_size + 1, 1);
        if (*out == NULL) abort();
        status = pc_tensor_decode_chunks(decoder, 0, info->chunks, 1, data + info->head_size,
                                         rest - 4 * info->chunks, data + size - 4 * info->chunks, 0, *out,
                                         *out_size, &failed);
    }
    pc_tensor_decoder_free(decoder);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *scalar, *best;
    size_t scalar_size, best_size;
    pc_status a = decode(PC_ISA_SCALAR, data, size, &scalar, &scalar_size);
    pc_status b = decode(pc_isa_detect(), data, size, &best, &best_size);
    if ((a == PC_OK) != (b == PC_OK) || scalar_size != best_size) abort();
    if (a == PC_OK && memcmp(scalar, best, scalar_size) != 0) abort();
    free(scalar);
    free(best);
    return 0;
}
