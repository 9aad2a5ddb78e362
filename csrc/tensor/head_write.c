/* Writing a frame's head. */
#include <string.h>

#include "base/alloc.h"
#include "base/mem.h"
#include "pycomp/huffman.h"
#include "pycomp/xxh3.h"
#include "tensor/base_common.h"
#include "tensor/encoder.h"
#include "tensor/head.h"
#include "tensor/mixed.h"
#include "tensor/section.h"

typedef struct writer {
    const pc_tensor_encoder *e;
    uint8_t *dst;
    size_t cap, used;
    void *workspace;
} writer;

static pc_status put_section(writer *w, const uint8_t *src, size_t n)
{
    size_t size;
    pc_status status =
        pc_section_encode(&w->e->kernels, src, n, 0, w->dst + w->used, w->cap - w->used, &size, w->workspace);
    if (status == PC_OK) w->used += size;
    return status;
}

static pc_status put_table(writer *w, unsigned t)
{
    const pc_tensor_model *m = &w->e->model;
    uint8_t *dst = w->dst + w->used;
    size_t size, cap = w->cap - w->used;
    pc_status status = m->coder == PC_CODER_PIVOT
                           ? pc_huffman_write_lengths(m->tables.pivot[t].lengths, dst, cap, &size)
                           : pc_rans_write_freqs(m->tables.freqs[t], dst, cap, &size);
    if (status == PC_OK) w->used += size;
    return status;
}

static pc_status put_weights(writer *w)
{
    const pc_tensor_model *m = &w->e->model;
    size_t cols = m->info.cols, n = 0;
    if (w->cap - w->used < 4 * cols) return PC_ERR_DST_SIZE;
    for (size_t c = 0; c < cols; c++, w->used += 4) {
        pc_store16(w->dst + w->used, (uint16_t)m->centres[c]);
        pc_store16(w->dst + w->used + 2, m->deviations[c]);
    }
    uint8_t *bytes = pc_alloc(pc_mixed_weights(cols) + PC_SLACK);
    if (bytes == NULL) return PC_ERR_MEMORY;
    for (size_t to = 1; to < cols; to++)
        for (size_t from = 0; from < to; from++) {
            int weight = m->weights[from * cols + to];
            bytes[n++] = (uint8_t)(weight < 0 ? -2 * weight - 1 : 2 * weight);
        }
    pc_status status = put_section(w, bytes, n);
    pc_free(bytes);
    return status;
}

static void put_base(writer *w)
{
    const pc_tensor_model *m = &w->e->model;
    memcpy(w->dst + w->used, m->base.digest, PC_BASE_DIGEST);
    w->used += PC_BASE_DIGEST;
    for (unsigned t = 1; t < m->n_tables; t++, w->used += 2)
        pc_store16(w->dst + w->used, m->base.first_key[t]);
    memcpy(w->dst + w->used, m->base.kind, m->n_tables);
    w->used += m->n_tables;
}

static pc_status put_model(writer *w)
{
    const pc_tensor_model *m = &w->e->model;
    pc_status status = PC_OK;
    if (m->method == PC_METHOD_FLOAT) w->dst[w->used++] = m->layout.mid_bits;
    if (m->method == PC_METHOD_PALETTE) {
        w->dst[w->used++] = (uint8_t)(m->n_palette - 1);
        for (unsigned i = 0; i < m->n_palette; i++, w->used += m->traits->size) {
            uint64_t value = PC_LE64(m->palette[i]);
            memcpy(w->dst + w->used, &value, m->traits->size);
        }
    }
    if (m->method == PC_METHOD_BASE)
        put_base(w);
    else if (m->n_tables > 1)
        status = put_section(w, m->tile_table, m->row_groups * m->col_groups);
    if (status == PC_OK && (m->col_groups > 1 || m->flags & PC_FRAME_MEANS))
        status = put_section(w, m->col_group, m->info.cols);
    for (unsigned t = 0; status == PC_OK && t < m->n_tables; t++) status = put_table(w, t);
    if (status == PC_OK && m->flags & PC_FRAME_WEIGHTS) status = put_weights(w);
    return status;
}

pc_status pc_head_write(const pc_tensor_encoder *e, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                        void *workspace)
{
    const pc_tensor_model *m = &e->model;
    if (dst_cap < PC_HEAD_FIXED + 2 + 8 * PC_MAX_PALETTE) return PC_ERR_DST_SIZE;
    writer w = {e, dst, dst_cap, PC_HEAD_FIXED, workspace};
    memset(dst, 0, PC_HEAD_FIXED);
    pc_status status = put_model(&w);
    if (status != PC_OK) return status;
    dst[PC_HEAD_VERSION] = PC_FRAME_VERSION;
    dst[PC_HEAD_DTYPE] = (uint8_t)m->info.dtype;
    dst[PC_HEAD_METHOD] = m->method;
    dst[PC_HEAD_CODER] = m->coder;
    dst[PC_HEAD_FLAGS] = m->flags;
    dst[PC_HEAD_ROW_GROUPS] = (uint8_t)m->row_groups;
    dst[PC_HEAD_COL_GROUPS] = (uint8_t)m->col_groups;
    dst[PC_HEAD_TABLES] = (uint8_t)m->n_tables;
    pc_store64(dst + PC_HEAD_SIZE, m->info.size);
    pc_store32(dst + PC_HEAD_COLS, (uint32_t)m->info.cols);
    pc_store16(dst + PC_HEAD_WINDOW, m->window.first);
    pc_store16(dst + PC_HEAD_WINDOW + 2, m->window.last);
    pc_store32(dst + PC_HEAD_LENGTH, (uint32_t)w.used);
    pc_store32(dst + PC_HEAD_CHECKSUM, (uint32_t)pc_xxh3_64(&e->kernels, dst, w.used));
    *dst_len = w.used;
    return PC_OK;
}
