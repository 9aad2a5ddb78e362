/* Reading a frame's head. */
#include <string.h>

#include "base/alloc.h"
#include "base/mem.h"
#include "pycomp/huffman.h"
#include "pycomp/xxh3.h"
#include "tensor/base_common.h"
#include "tensor/base_model.h"
#include "tensor/decoder.h"
#include "tensor/head.h"
#include "tensor/mixed.h"
#include "tensor/section.h"

/* The head's variable part, copied so that slack can be read behind it. */
typedef struct reader {
    pc_tensor_decoder *d;
    const uint8_t *next, *end;
    void *workspace;
} reader;

static pc_status take_section(reader *in, uint8_t *dst, size_t n)
{
    size_t used = 0;
    pc_status status = pc_section_decode(&in->d->kernels, in->next, (size_t)(in->end - in->next), &used, dst,
                                         n, in->workspace);
    if (status == PC_OK) in->next += used;
    return status;
}

static pc_status take_table(reader *in, unsigned t)
{
    pc_tensor_model *m = &in->d->model;
    size_t left = (size_t)(in->end - in->next), used = 0;
    pc_status status;
    if (m->coder == PC_CODER_PIVOT) {
        uint8_t lengths[256];
        status = pc_huffman_read_lengths(in->next, left, lengths, &used);
        if (status == PC_OK) status = pc_pivot_build(&m->tables.pivot[t], lengths);
    } else {
        status = pc_rans_read_freqs(in->next, left, m->tables.freqs[t], &used);
        if (status == PC_OK && m->coder == PC_CODER_RANS)
            pc_rans_decoder_build((void *)(in->d->rans_tables + t * pc_rans_decoder_table_size()),
                                  m->tables.freqs[t]);
    }
    in->next += used;
    return status;
}

static pc_status take_method(reader *in)
{
    pc_tensor_model *m = &in->d->model;
    size_t left = (size_t)(in->end - in->next);
    if (m->method == PC_METHOD_FLOAT) {
        if (!m->traits->is_float || m->window.first == 0 || m->window.last < m->window.first ||
            m->window.last - m->window.first > 254)
            return PC_ERR_CORRUPT;
        if (left < 1) return PC_ERR_TRUNCATED;
        unsigned mid_bits = *in->next++;
        m->layout = m->traits->layout;
        if (m->window.last >> m->layout.key_bits != 0) return PC_ERR_CORRUPT;
        m->n_trims = m->traits->n_trims;
        memcpy(m->trims, m->traits->trim, sizeof m->trims);
        if (m->layout.size == 2 && m->n_trims != 0) { /* fp16, whose low bits are split off or not */
            if (mid_bits + m->trims[0] == m->layout.mid_bits) {
                m->layout.low_bits = m->trims[0];
                m->layout.mid_bits = (uint8_t)mid_bits;
            } else {
                m->n_trims = 0;
            }
        }
        if (mid_bits != m->layout.mid_bits) return PC_ERR_CORRUPT;
    } else if (m->method == PC_METHOD_PALETTE) {
        if (left < 1) return PC_ERR_TRUNCATED;
        m->n_palette = *in->next++ + 1u;
        if (left - 1 < m->n_palette * m->traits->size) return PC_ERR_TRUNCATED;
        for (unsigned i = 0; i < m->n_palette; i++, in->next += m->traits->size) {
            uint64_t value = 0;
            memcpy(&value, in->next, m->traits->size);
            m->palette[i] = PC_LE64(value);
        }
    } else if (m->method == PC_METHOD_BYTE) {
        if (m->traits->size != 1) return PC_ERR_CORRUPT;
    } else if (m->method > PC_METHOD_BASE) {
        return PC_ERR_UNSUPPORTED;
    }
    return PC_OK;
}

static pc_status take_base(reader *in)
{
    pc_tensor_model *m = &in->d->model;
    const pc_base_layout layout = pc_base_layout_of(m);
    if (m->coder != PC_CODER_RANS) return PC_ERR_CORRUPT;
    if ((size_t)(in->end - in->next) < PC_BASE_DIGEST + 3 * m->n_tables - 2) return PC_ERR_TRUNCATED;
    memcpy(m->base.digest, in->next, PC_BASE_DIGEST);
    in->next += PC_BASE_DIGEST;
    for (unsigned t = 1; t < m->n_tables; t++, in->next += 2) {
        m->base.first_key[t] = pc_load16(in->next);
        if (m->base.first_key[t] <= m->base.first_key[t - 1] || m->base.first_key[t] > layout.key_mask)
            return PC_ERR_CORRUPT;
    }
    for (unsigned t = 0; t < m->n_tables; t++) {
        m->base.kind[t] = *in->next++;
        if (m->base.kind[t] >= PC_BASE_GAP_RAW && m->base.kind[t] != PC_BASE_DENSE) return PC_ERR_CORRUPT;
    }
    return pc_base_map(m) ? PC_OK : PC_ERR_MEMORY;
}

static pc_status take_groups(reader *in)
{
    pc_tensor_model *m = &in->d->model;
    int has_tables = m->method != PC_METHOD_RAW && m->method != PC_METHOD_PLANES;
    unsigned tiles = m->row_groups * m->col_groups;
    if (m->row_groups < 1 || m->row_groups > PC_MAX_GROUPS || m->col_groups < 1 ||
        m->col_groups > PC_MAX_GROUPS || m->n_tables > PC_MAX_TABLES || (m->n_tables != 0) != has_tables)
        return PC_ERR_CORRUPT;
    if ((!has_tables || m->flags & PC_FRAME_SPARSE) && tiles != 1) return PC_ERR_CORRUPT;
    if (m->flags & PC_FRAME_SPARSE && m->method != PC_METHOD_FLOAT) return PC_ERR_CORRUPT;
    if (m->flags & ~(PC_FRAME_SPARSE | PC_FRAME_DELTA | PC_FRAME_MEANS | PC_FRAME_WEIGHTS))
        return PC_ERR_UNSUPPORTED;
    int mixed = m->coder == PC_CODER_MIX, means = m->flags & PC_FRAME_MEANS,
        weights = m->flags & PC_FRAME_WEIGHTS;
    if (mixed && (tiles != 1 || m->n_tables > 1)) return PC_ERR_CORRUPT;
    if ((means || weights) && (!mixed || m->method != PC_METHOD_FLOAT)) return PC_ERR_CORRUPT;
    if (weights && (m->flags & PC_FRAME_SPARSE || m->info.cols == 0 || m->info.cols > PC_MIX_MAX_WEIGHTS))
        return PC_ERR_CORRUPT;
    pc_status status = PC_OK;
    if (m->method == PC_METHOD_BASE) return tiles == 1 && m->flags == 0 ? take_base(in) : PC_ERR_CORRUPT;
    if (m->n_tables > 1) {
        uint8_t tables[PC_MAX_GROUPS * PC_MAX_GROUPS + PC_SLACK];
        status = take_section(in, tables, tiles);
        if (status != PC_OK) return status;
        memcpy(m->tile_table, tables, tiles);
        for (unsigned i = 0; i < tiles; i++)
            if (m->tile_table[i] >= m->n_tables) return PC_ERR_CORRUPT;
    }
    if (m->col_groups > 1 || means) {
        m->col_group = pc_alloc(m->info.cols + PC_SLACK);
        if (m->col_group == NULL) return PC_ERR_MEMORY;
        status = take_section(in, m->col_group, m->info.cols);
        if (status != PC_OK) return status;
        for (size_t c = 0; c < m->info.cols && !means; c++)
            if (m->col_group[c] >= m->col_groups) return PC_ERR_CORRUPT;
        if (m->col_groups > 1 && !pc_model_rank_columns(m)) return PC_ERR_MEMORY;
    }
    return status;
}

static pc_status take_weights(reader *in)
{
    pc_tensor_model *m = &in->d->model;
    size_t cols = m->info.cols, n = pc_mixed_weights(cols);
    if ((size_t)(in->end - in->next) < 4 * cols) return PC_ERR_TRUNCATED;
    uint8_t *bytes = pc_alloc(n + PC_SLACK);
    m->weights = pc_alloc(cols * cols);
    m->centres = pc_alloc(cols * (sizeof *m->centres + sizeof *m->deviations));
    pc_status status = bytes == NULL || m->weights == NULL || m->centres == NULL ? PC_ERR_MEMORY : PC_OK;
    if (status == PC_OK) {
        m->deviations = (uint16_t *)(m->centres + cols);
        memset(m->weights, 0, cols * cols);
        for (size_t c = 0; c < cols; c++, in->next += 4) {
            m->centres[c] = (int16_t)pc_load16(in->next);
            m->deviations[c] = pc_load16(in->next + 2);
            if (m->deviations[c] == 0) status = PC_ERR_CORRUPT;
        }
    }
    if (status == PC_OK) status = take_section(in, bytes, n);
    const uint8_t *next = bytes;
    for (size_t to = 1; status == PC_OK && to < cols; to++)
        for (size_t from = 0; from < to; from++, next++)
            m->weights[from * cols + to] = (int8_t)(*next & 1 ? -(*next / 2) - 1 : *next / 2);
    pc_free(bytes);
    return status;
}

static pc_status read_model(reader *in)
{
    pc_tensor_model *m = &in->d->model;
    if (m->coder > PC_CODER_MIX) return PC_ERR_UNSUPPORTED;
    pc_status status = take_method(in);
    if (status == PC_OK) status = take_groups(in);
    if (status != PC_OK) return status;
    if (m->coder == PC_CODER_RANS && m->n_tables != 0) {
        in->d->rans_tables = pc_alloc(m->n_tables * pc_rans_decoder_table_size());
        if (in->d->rans_tables == NULL) return PC_ERR_MEMORY;
    }
    for (unsigned t = 0; t < m->n_tables; t++) {
        status = take_table(in, t);
        if (status != PC_OK) return status;
    }
    if (m->flags & PC_FRAME_WEIGHTS) status = take_weights(in);
    if (status != PC_OK) return status;
    return in->next == in->end ? PC_OK : PC_ERR_CORRUPT;
}

pc_status pc_head_read(pc_tensor_decoder *d, const uint8_t *src, size_t src_len)
{
    pc_tensor_model *m = &d->model;
    if (src_len < 1) return PC_ERR_TRUNCATED;
    if (src[PC_HEAD_VERSION] != PC_FRAME_VERSION) return PC_ERR_UNSUPPORTED;
    if (src_len < PC_HEAD_FIXED) return PC_ERR_TRUNCATED;
    size_t length = pc_load32(src + PC_HEAD_LENGTH);
    if (length < PC_HEAD_FIXED) return PC_ERR_CORRUPT;
    if (length > PC_TENSOR_MAX_HEAD) return PC_ERR_LIMIT;
    if (src_len < length) return PC_ERR_TRUNCATED;

    uint8_t *copy = pc_alloc(length + PC_SLACK + pc_section_workspace());
    if (copy == NULL) return PC_ERR_MEMORY;
    memcpy(copy, src, length);
    pc_store32(copy + PC_HEAD_CHECKSUM, 0);
    pc_status status = PC_OK;
    if ((uint32_t)pc_xxh3_64(&d->kernels, copy, length) != pc_load32(src + PC_HEAD_CHECKSUM))
        status = PC_ERR_CHECKSUM;
    if (status == PC_OK)
        status = pc_model_shape(m, pc_load64(src + PC_HEAD_SIZE), (pc_dtype)src[PC_HEAD_DTYPE],
                                pc_load32(src + PC_HEAD_COLS), 1);
    if (status == PC_OK) {
        m->info.head_size = length;
        m->method = src[PC_HEAD_METHOD];
        m->coder = src[PC_HEAD_CODER];
        m->flags = src[PC_HEAD_FLAGS];
        m->row_groups = src[PC_HEAD_ROW_GROUPS];
        m->col_groups = src[PC_HEAD_COL_GROUPS];
        m->n_tables = src[PC_HEAD_TABLES];
        m->window = (pc_key_window){pc_load16(src + PC_HEAD_WINDOW), pc_load16(src + PC_HEAD_WINDOW + 2)};
        reader in = {d, copy + PC_HEAD_FIXED, copy + length, copy + length + PC_SLACK};
        status = read_model(&in);
    }
    pc_free(copy);
    return status == PC_ERR_PARAM ? PC_ERR_CORRUPT : status;
}
