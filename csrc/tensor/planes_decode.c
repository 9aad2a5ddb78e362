/* The inverse of planes_encode.c. */
#include "tensor/decoder.h"
#include "tensor/section.h"
#include "tensor/split.h"

pc_status pc_planes_decode(const pc_tensor_decoder *d, const uint8_t *src, size_t src_len, uint8_t *dst,
                           size_t n, size_t *src_used, pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    unsigned size = m->traits->size;
    size_t at = 0;
    int delta = (m->flags & PC_FRAME_DELTA) != 0;
    uint64_t before = 0;
    if (delta) { /* the first element stands before the planes of differences */
        if (src_len < size) return PC_ERR_TRUNCATED;
        before = pc_load_element(src, size);
        pc_store_element(dst, size, before);
        dst += size;
        at = size;
        n--;
    }
    for (unsigned p = 0; p < size; p++) {
        size_t used = 0;
        pc_status status =
            pc_section_decode(&d->kernels, src + at, src_len - at, &used, space->symbols, n, space->coder);
        if (status != PC_OK) return status;
        for (size_t i = 0; i < n; i++) dst[i * size + p] = space->symbols[i];
        at += used;
    }
    for (size_t i = 0; delta && i < n; i++) {
        before = pc_undo_difference(pc_load_element(dst + i * size, size), before, size);
        pc_store_element(dst + i * size, size, before);
    }
    *src_used = at;
    return PC_OK;
}
