/* Making an encoder of differences, or a plain one where those take less. */
#include <string.h>

#include "base/alloc.h"
#include "base/mem.h"
#include "pycomp/xxh3.h"
#include "tensor/encoder.h"
#include "tensor/section.h"

enum {
    /* Differences that save less than seven eighths are compared with a plain frame: moments of an
     * optimizer, say, mostly take less without a base. */
    CERTAIN_GAIN = 8,
    MOST_TRIED = 2, /* chunks coded both ways then */
    /* More than any head of this kind: 16 tables, a digest, 16 classes. */
    BASE_HEAD_BOUND = 4096 + PC_MAX_TABLES * PC_RANS_FREQS_BOUND
};

static pc_status make_head(pc_tensor_encoder *e)
{
    e->head = pc_alloc(BASE_HEAD_BOUND + pc_section_workspace());
    if (e->head == NULL) return PC_ERR_MEMORY;
    pc_hash128 digest = pc_xxh3_128(&e->kernels, e->base, (size_t)e->model.info.size);
    for (unsigned i = 0; i < 8; i++) {
        e->model.base.digest[i] = (uint8_t)(digest.high >> (56 - 8 * i));
        e->model.base.digest[8 + i] = (uint8_t)(digest.low >> (56 - 8 * i));
    }
    return pc_head_write(e, e->head, BASE_HEAD_BOUND, &e->model.info.head_size, e->head + BASE_HEAD_BOUND);
}

static pc_status make(const pc_kernels *kernels, const void *data, const void *base, uint64_t size,
                      pc_dtype dtype, size_t cols, pc_level level, uint64_t *bytes,
                      pc_tensor_encoder **encoder)
{
    pc_tensor_encoder *e = pc_alloc(sizeof *e);
    if (e == NULL) return PC_ERR_MEMORY;
    memset(e, 0, sizeof *e);
    e->kernels = *kernels;
    e->data = data;
    e->base = base;
    e->level = level;
    pc_status status = pc_model_shape(&e->model, size, dtype, cols, 0);
    if (status == PC_OK) status = pc_base_analyse(e, bytes);
    if (status == PC_OK) status = make_head(e);
    if (status != PC_OK) {
        pc_tensor_encoder_free(e);
        return status;
    }
    e->model.info.workspace_size = pc_chunk_space_size(&e->model);
    *encoder = e;
    return PC_OK;
}

/* What the frame should take, by a few of its chunks; UINT64_MAX without memory. */
static uint64_t expected(const pc_tensor_encoder *e)
{
    const pc_tensor_info *info = &e->model.info;
    size_t tries = PC_MIN(info->chunks, (size_t)MOST_TRIED), size;
    uint64_t sum = 0, hash;
    uint8_t *block = pc_alloc(info->workspace_size + info->chunk_bound);
    if (block == NULL) return UINT64_MAX;
    for (size_t i = 0; i < tries; i++) {
        size_t chunk = i * (info->chunks / 2);
        if (pc_tensor_encode_chunk(e, chunk, block + info->workspace_size, info->chunk_bound, &size, &hash,
                                   block) == PC_OK)
            sum += size;
    }
    pc_free(block);
    return sum * info->chunks / tries + info->head_size;
}

pc_status pc_tensor_encoder_create_base(const pc_kernels *kernels, const void *data, const void *base,
                                        uint64_t size, pc_dtype dtype, size_t cols, pc_level level,
                                        pc_tensor_encoder **encoder)
{
    uint64_t bytes = 0;
    pc_tensor_encoder *plain = NULL, *differences = NULL;
    if (level < PC_LEVEL_FAST || level > PC_LEVEL_MAX) return PC_ERR_PARAM;
    if (size == 0) return pc_tensor_encoder_create(kernels, NULL, data, size, dtype, cols, level, encoder);
    pc_status status = make(kernels, data, base, size, dtype, cols, level, &bytes, &differences);
    if (status != PC_OK) return status;
    if (bytes + differences->model.info.head_size <= size / CERTAIN_GAIN) {
        *encoder = differences;
        return PC_OK;
    }
    status = pc_tensor_encoder_create(kernels, NULL, data, size, dtype, cols, level, &plain);
    if (status != PC_OK) {
        pc_tensor_encoder_free(differences);
        return status;
    }
    int better = expected(differences) < expected(plain);
    *encoder = better ? differences : plain;
    pc_tensor_encoder_free(better ? plain : differences);
    return PC_OK;
}
