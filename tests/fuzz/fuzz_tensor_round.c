/* Any bytes as an array of any dtype come back as they were, within the bound, with the same frame on
 * every tier. The input is: dtype, level, columns, then the array. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pycomp/tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct frame {
    uint8_t *bytes;
    size_t head, payload;
    uint32_t *sizes;
} frame;

static void *allocate(size_t size)
{
    void *block = malloc(size ? size : 1);
    if (block == NULL) abort();
    return block;
}

static frame encode(const pc_kernels *kernels, const uint8_t *data, size_t size, pc_dtype dtype, size_t cols,
                    pc_level level)
{
    frame f;
    pc_tensor_encoder *encoder;
    if (pc_tensor_encoder_create(kernels, data, size, dtype, cols, level, &encoder) != PC_OK) abort();
    const pc_tensor_info *info = pc_tensor_encoder_info(encoder);
    uint64_t *hashes = allocate(info->chunks * sizeof *hashes);
    f.sizes = allocate(info->chunks * sizeof *f.sizes);
    f.bytes = allocate(info->head_size + info->chunks * info->chunk_bound);
    f.head = info->head_size;
    memcpy(f.bytes, pc_tensor_encoder_head(encoder), f.head);
    if (pc_tensor_encode_chunks(encoder, 0, info->chunks, 1, f.bytes + f.head, &f.payload, f.sizes, hashes) !=
        PC_OK)
        abort();
    free(hashes);
    pc_tensor_encoder_free(encoder);
    return f;
}

static void check_decode(const pc_kernels *kernels, const frame *f, const uint8_t *data, size_t size)
{
    pc_tensor_decoder *decoder;
    size_t failed;
    if (pc_tensor_decoder_create(kernels, f->bytes, f->head, &decoder) != PC_OK) abort();
    const pc_tensor_info *info = pc_tensor_decoder_info(decoder);
    if (info->size != size || info->head_size != f->head) abort();
    uint8_t *table = allocate(4 * info->chunks), *out = allocate(size);
    for (size_t i = 0; i < info->chunks; i++) {
        uint32_t n = f->sizes[i];
        uint8_t text[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
        memcpy(table + 4 * i, text, 4);
    }
    if (pc_tensor_decode_chunks(decoder, 0, info->chunks, 1, f->bytes + f->head, f->payload, table, 0, out,
                                size, &failed) != PC_OK)
        abort();
    if (size > 0 && memcmp(out, data, size) != 0) abort();
    free(table);
    free(out);
    pc_tensor_decoder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels scalar, best;
    if (size < 3) return 0;
    pc_dtype dtype = (pc_dtype)(data[0] % PC_DTYPE_COUNT);
    pc_level level = (pc_level)(PC_LEVEL_FAST + data[1] % 3);
    size_t cols = data[2];
    data += 3;
    size = (size - 3) / pc_dtype_size(dtype) * pc_dtype_size(dtype);
    if (dtype == PC_DTYPE_C64) size = size / 8 * 8;

    pc_kernels_fill(&scalar, PC_ISA_SCALAR);
    pc_kernels_fill(&best, pc_isa_detect());
    frame a = encode(&scalar, data, size, dtype, cols, level);
    frame b = encode(&best, data, size, dtype, cols, level);
    if (a.head != b.head || a.payload != b.payload) abort();
    if (memcmp(a.bytes, b.bytes, a.head + a.payload) != 0) abort();
    check_decode(&scalar, &a, data, size);
    check_decode(&best, &a, data, size);
    free(a.bytes);
    free(a.sizes);
    free(b.bytes);
    free(b.sizes);
    return 0;
}
