/* Integers of two bytes and more: each byte plane is a section of its own, optionally of zigzag
 * differences of neighbours (counters, offsets, timestamps, sorted ids). */
#include "base/limits.h"
#include "tensor/encoder.h"
#include "tensor/section.h"
#include "tensor/split.h"

pc_status pc_planes_encode(const pc_tensor_encoder *e, const uint8_t *elements, size_t n, uint8_t *dst,
                           size_t dst_cap, size_t *dst_len, pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    unsigned size = m->traits->size;
    const uint8_t *src = elements;
    size_t used = 0;
    if (m->flags & PC_FRAME_DELTA) {
        /* The first element has no neighbour and stands before the planes: it would spoil their tables. */
        uint64_t before = pc_load_element(elements, size);
        if (dst_cap < size) return PC_ERR_DST_SIZE;
        pc_store_element(dst, size, before);
        used = size;
        n--;
        for (size_t i = 0; i < n; i++) {
            uint64_t x = pc_load_element(elements + (i + 1) * size, size);
            pc_store_element(space->elements + i * size, size, pc_zigzag_difference(x, before, size));
            before = x;
        }
        src = space->elements;
    }
    for (unsigned p = 0; p < size; p++) {
        for (size_t i = 0; i < n; i++) space->symbols[i] = src[i * size + p];
        size_t section = 0;
        if (dst_cap - used < n + 1 + PC_SLACK) return PC_ERR_DST_SIZE;
        pc_status status = pc_section_encode(&e->kernels, space->symbols, n, m->coder != PC_CODER_PIVOT,
                                             dst + used, dst_cap - used, &section, space->coder);
        if (status != PC_OK) return status;
        used += section;
    }
    *dst_len = used;
    return PC_OK;
}
