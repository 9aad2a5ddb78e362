/* Making an encoder. */
#include "tensor/encoder.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "tensor/head.h"
#include "tensor/mixed.h"
#include "tensor/section.h"

/* More than any model takes: 16 tables, 256 tiles, 64 Ki column groups and a palette, with the room that
 * sections want while they are coded. */
static size_t head_bound(const pc_tensor_model *m)
{
    return 4096 + PC_MAX_TABLES * PC_RANS_FREQS_BOUND + 8 * PC_MAX_PALETTE + 2 * m->info.cols +
           2 * pc_pivot_bound(m->info.cols) +
           (m->flags & PC_FRAME_WEIGHTS
                ? 4 * m->info.cols + 2 * pc_pivot_bound(pc_mixed_weights(m->info.cols))
                : 0);
}

pc_status pc_tensor_frame_room(uint64_t size, pc_dtype dtype, size_t cols, size_t *chunks, size_t *room)
{
    pc_tensor_model m;
    memset(&m, 0, sizeof m);
    pc_status status = pc_model_shape(&m, size, dtype, cols, 0);
    if (status != PC_OK) return status;
    m.flags = PC_FRAME_WEIGHTS; /* the longest heads */
    *chunks = m.info.chunks;
    *room = pc_tensor_encode_reach(&m.info, 0, m.info.chunks);
    int fits = pc_add_size(*room, 4 * m.info.chunks, room) && pc_add_size(*room, head_bound(&m), room);
    return fits ? PC_OK : PC_ERR_MEMORY;
}

/* Writes the head, unless a plain one and stored chunks are the smaller frame. */
static pc_status write_head(pc_tensor_encoder *e, uint8_t *dst, size_t dst_cap, void *workspace)
{
    pc_tensor_model *m = &e->model;
    pc_status status = pc_head_write(e, dst, dst_cap, &m->info.head_size, workspace);
    if (status != PC_OK || m->n_tables == 0 || m->info.head_size < PC_HEAD_FIXED + e->gain) return status;
    m->method = PC_METHOD_RAW;
    m->flags = 0;
    m->n_tables = 0;
    m->row_groups = m->col_groups = 1;
    return pc_head_write(e, dst, dst_cap, &m->info.head_size, workspace);
}

pc_status pc_tensor_encoder_create(const pc_kernels *kernels, const pc_runner *runner, const void *data,
                                   uint64_t size, pc_dtype dtype, size_t cols, pc_level level,
                                   pc_tensor_encoder **encoder)
{
    if (level < PC_LEVEL_FAST || level > PC_LEVEL_MAX) return PC_ERR_PARAM;
    pc_tensor_encoder *e = pc_alloc(sizeof *e);
    if (e == NULL) return PC_ERR_MEMORY;
    memset(e, 0, sizeof *e);
    e->kernels = *kernels;
    e->data = data;
    e->level = level;
    e->runner = runner;
    pc_status status = pc_model_shape(&e->model, size, dtype, cols, 0);
    if (status == PC_OK) status = pc_tensor_analyse(e);
    if (status == PC_OK) {
        size_t cap = head_bound(&e->model), workspace = pc_section_workspace();
        uint8_t *block = pc_alloc(cap + workspace);
        if (block == NULL)
            status = PC_ERR_MEMORY;
        else
            status = write_head(e, block, cap, block + cap);
        e->head = block;
    }
    if (status != PC_OK) {
        pc_tensor_encoder_free(e);
        return status;
    }
    e->runner = NULL; /* the caller's, and done with */
    e->model.info.workspace_size = pc_chunk_space_size(&e->model);
    *encoder = e;
    return PC_OK;
}

void pc_tensor_encoder_free(pc_tensor_encoder *e)
{
    if (e == NULL) return;
    pc_free(e->model.col_group);
    pc_free(e->model.col_rank);
    pc_free(e->model.weights);
    pc_free(e->model.centres);
    pc_free(e->model.base.class_of);
    pc_free(e->rans_tables);
    pc_free(e->head);
    pc_free(e);
}

const pc_tensor_info *pc_tensor_encoder_info(const pc_tensor_encoder *e) { return &e->model.info; }

const uint8_t *pc_tensor_encoder_head(const pc_tensor_encoder *e) { return e->head; }
