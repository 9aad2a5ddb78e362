/* Coding one chunk; the layout is in docs/formats/tensor.md.
 *
 * The rows are split into symbols, mids and lows, each a run of bytes in cache; symbols are brought into
 * the order of their tables and coded, the rest is packed. Whatever does not come out smaller than the
 * elements is stored. */
#include <string.h>

#include "base/mem.h"
#include "bitio/bits.h"
#include "pycomp/xxh3.h"
#include "tensor/encoder.h"
#include "tensor/mixed.h"
#include "tensor/palette.h"
#include "tensor/section.h"
#include "tensor/split.h"
#include "transform/transpose.h"

/* Where coded bytes go. Every writer checks room first; failing, it sets full and writes nothing. */
typedef struct sink {
    uint8_t *next, *end;
    int full;
} sink;

static int room(sink *out, size_t size)
{
    if ((size_t)(out->end - out->next) < size + PC_SLACK) out->full = 1;
    return !out->full;
}

static void put_bytes(sink *out, const void *src, size_t size)
{
    if (!room(out, size)) return;
    if (size != 0) memcpy(out->next, src, size);
    out->next += size;
}

static void put_bits(const pc_kernels *k, sink *out, const uint8_t *values, size_t n, unsigned width)
{
    if (!room(out, pc_bits_size(n, width))) return;
    k->bits_pack(values, n, width, 0, out->next);
    out->next += pc_bits_size(n, width);
}

static pc_status put_section(const pc_tensor_encoder *e, sink *out, const uint8_t *src, size_t n,
                             void *workspace)
{
    size_t size = 0;
    pc_status status = pc_section_encode(&e->kernels, src, n, e->model.coder != PC_CODER_PIVOT, out->next,
                                         (size_t)(out->end - out->next), &size, workspace);
    out->next += size;
    return status;
}

/* The rows of a chunk after splitting. Constant rows are not live: they have no symbols. */
typedef struct split_rows {
    size_t rows, cols, live;
    size_t in_group[PC_MAX_GROUPS], n_constant, n_trimmed, n_outliers;
} split_rows;

/* The kind of a row by what its elements have in common. */
static unsigned kind_of(const pc_tensor_model *m, const pc_split_facts *facts, int may_be_constant)
{
    if (may_be_constant && facts->any == facts->all) return m->n_trims + 1u;
    unsigned kind = 0;
    for (unsigned t = 0; t < m->n_trims; t++)
        if ((facts->any & (((uint64_t)1 << m->trims[t]) - 1)) == 0) kind = t + 1;
    return kind;
}

/* Outliers are listed as 32-bit place among the live elements and 16-bit key. */
enum { OUTLIER_BYTES = 6 };

/* Lists a row's outliers; false when the list would exceed `most`. Only the window's first and last symbol
 * stand for keys outside it. */
static int list_outliers(const pc_tensor_model *m, const uint8_t *row, const uint8_t *symbols, size_t cols,
                         size_t place, uint8_t *list, size_t *n_outliers, size_t most)
{
    const uint8_t edges[2] = {1, pc_key_symbol(m->window.last, m->window)};
    for (unsigned edge = 0; edge < 1u + (edges[1] != 1); edge++) {
        const uint8_t *at = symbols, *end = symbols + cols;
        for (; (at = memchr(at, edges[edge], (size_t)(end - at))) != NULL; at++) {
            size_t c = (size_t)(at - symbols);
            unsigned key =
                pc_float_key(pc_load_element(row + c * m->layout.size, m->layout.size), &m->layout);
            if (pc_symbol_key(*at, m->window) == key) continue;
            if (*n_outliers == most) return 0;
            pc_store32(list + *n_outliers * OUTLIER_BYTES, (uint32_t)(place + c));
            pc_store16(list + *n_outliers * OUTLIER_BYTES + 4, (uint16_t)key);
            ++*n_outliers;
        }
    }
    return 1;
}

/* Splits rows and sorts them into kinds and groups. Outliers are collected in space->side; where one
 * element in 48 is one, their list is as long as the symbols' gain and the chunk not worth coding. */
static pc_status split_chunk(const pc_tensor_encoder *e, const uint8_t *src, split_rows *s,
                             pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    size_t row_bytes = s->cols * m->traits->size, low_size = pc_low_size(&m->layout);
    size_t most_outliers = s->rows * s->cols / 8 / OUTLIER_BYTES;
    for (size_t r = 0; r < s->rows; r++) {
        const uint8_t *row = src + r * row_bytes;
        size_t place = s->live * s->cols;
        uint8_t *symbols = space->symbols + place;
        space->row_kind[r] = 0;
        if (m->method == PC_METHOD_FLOAT) {
            pc_split_facts facts = {0, ~(uint64_t)0, 0};
            e->kernels.float_split(row, s->cols, &m->layout, m->window, symbols, space->mids + place,
                                   space->lows + place * low_size, &facts);
            unsigned kind = kind_of(m, &facts, s->rows > 1);
            space->row_kind[r] = (uint8_t)kind;
            if (kind > m->n_trims) {
                s->n_constant++;
                continue;
            }
            s->n_trimmed += kind != 0;
            if (facts.outside &&
                !list_outliers(m, row, symbols, s->cols, place, space->side, &s->n_outliers, most_outliers))
                return PC_ERR_DST_SIZE;
        } else if (m->method == PC_METHOD_PALETTE) {
            pc_palette_symbols(m, row, s->cols, symbols);
        } else {
            memcpy(symbols, row, s->cols);
        }
        unsigned group = m->row_groups == 1 ? 0 : pc_row_group(e, e->kernels.sum_u8(symbols, s->cols));
        space->row_group[s->live] = (uint8_t)group;
        s->in_group[group]++;
        space->live_row[s->live++] = (uint32_t)r;
    }
    return PC_OK;
}

/* The low bits of the rows of one kind. */
static void put_lows(const pc_tensor_encoder *e, sink *out, const split_rows *s, unsigned kind,
                     pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    unsigned kept = pc_kept_bits(m, kind), bytes = kept / 8, bits = kept % 8,
             shift = m->layout.low_bits - kept;
    size_t low_size = pc_low_size(&m->layout), row_size = s->cols * low_size, n_bits = 0;
    for (size_t i = 0; i < s->live; i++) {
        if (space->row_kind[space->live_row[i]] != kind) continue;
        const uint8_t *lows = space->lows + i * row_size;
        if (bytes == low_size) {
            put_bytes(out, lows, row_size);
            continue;
        }
        if (!room(out, s->cols * bytes)) return;
        for (size_t c = 0; c < s->cols; c++) {
            uint64_t low = 0;
            memcpy(&low, lows + c * low_size, low_size);
            low = PC_LE64(low) >> shift;
            space->list[n_bits++] = (uint8_t)(low & ((1u << bits) - 1));
            low = PC_LE64(low >> bits);
            memcpy(out->next, &low, bytes);
            out->next += bytes;
        }
    }
    if (bits != 0) put_bits(&e->kernels, out, space->list, n_bits, bits);
}

/* Brings the symbols into the order of tables: whole rows where columns have no groups, else columns. */
static void order_symbols(const pc_tensor_encoder *e, const split_rows *s, const pc_tile_map *map,
                          pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    if (m->col_groups == 1) {
        size_t next[PC_MAX_GROUPS];
        memcpy(next, map->start, m->row_groups * sizeof *next);
        for (size_t i = 0; i < s->live; i++) {
            size_t *to = &next[space->row_group[i]];
            memcpy(space->list + *to, space->symbols + i * s->cols, s->cols);
            *to += s->cols;
        }
        return;
    }
    for (unsigned g = 0; g < m->row_groups; g++) {
        size_t n = 0;
        for (size_t i = 0; i < s->live; i++)
            if (space->row_group[i] == g) space->order[n++] = (uint32_t)i;
        if (n == 0) continue;
        pc_model_offsets(m, map, g, n, space->offsets);
        pc_gather_rows(&e->kernels, space->symbols, s->cols, space->order, n, s->cols, space->offsets,
                       space->list);
    }
}

/* Codes whole rows by level-ordered Huffman, table by table, from where they stand. */
static pc_status put_rows(const pc_tensor_encoder *e, sink *out, const split_rows *s, pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    for (unsigned t = 0; t < m->n_tables; t++) {
        pc_pivot_rows rows = {space->symbols, s->cols, 0, space->order};
        if (m->row_groups == 1) rows = (pc_pivot_rows){space->symbols, s->live * s->cols, 1, NULL};
        for (unsigned g = 0; m->row_groups > 1 && g < m->row_groups; g++)
            for (size_t i = 0; m->tile_table[g] == t && i < s->live; i++)
                if (space->row_group[i] == g) space->order[rows.n++] = (uint32_t)i;
        size_t size = 0;
        pc_status status = pc_pivot_encode_rows(&e->kernels, &m->tables.pivot[t], &rows, out->next,
                                                (size_t)(out->end - out->next), &size, space->coder);
        if (status != PC_OK) return status;
        out->next += size;
    }
    return PC_OK;
}

/* Codes the list, table by table. */
static pc_status put_list(const pc_tensor_encoder *e, sink *out, const pc_tile_map *map,
                          pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    size_t left = (size_t)(out->end - out->next), size = 0;
    pc_rans_encode_run runs[PC_MAX_TABLES];
    size_t start = 0;
    for (unsigned t = 0; t < m->n_tables; start = map->table_end[t++]) {
        const uint8_t *part = space->list + start;
        size_t n = map->table_end[t] - start;
        if (m->coder == PC_CODER_PIVOT) {
            pc_status status = pc_pivot_encode(&e->kernels, &m->tables.pivot[t], part, n, out->next,
                                               (size_t)(out->end - out->next), &size, space->coder);
            if (status != PC_OK) return status;
            out->next += size;
        } else {
            const void *table = e->rans_tables + t * pc_rans_encoder_table_size();
            runs[t] = (pc_rans_encode_run){part, n, table};
        }
    }
    if (m->coder == PC_CODER_PIVOT) return PC_OK;
    pc_status status = pc_rans_encode(&e->kernels, runs, m->n_tables, out->next, left, &size);
    if (status == PC_OK) out->next += size;
    return status;
}

/* Signs of floats, from their mids to space->elements, which nothing else needs any more. */
static void part_signs(const pc_tensor_model *m, size_t n, pc_chunk_space *space)
{
    unsigned shift = m->layout.mid_bits - 1u;
    for (size_t i = 0; i < n; i++) {
        space->elements[i] = (uint8_t)(space->mids[i] >> shift);
        space->mids[i] = (uint8_t)(space->mids[i] & ((1u << shift) - 1));
    }
}

/* Codes the symbols, in the order of rows, by mixing. */
static pc_status put_mixed(const pc_tensor_encoder *e, sink *out, size_t n, pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    const pc_mix_model mix = pc_mixed_model(m);
    if (m->method == PC_METHOD_BYTE) {
        pc_byte_sign form = pc_mixed_byte_sign(m);
        for (size_t i = 0; i < n; i++) {
            space->elements[i] = space->symbols[i] >> 7;
            space->symbols[i] = pc_mixed_magnitude(space->symbols[i], form);
        }
    }
    size_t size = 0;
    pc_status status = pc_mix_encode(&e->kernels, &mix, space->symbols, space->elements, n, out->next,
                                     (size_t)(out->end - out->next), &size, space->coder);
    if (status == PC_OK) out->next += size;
    return status;
}

/* The body of a coded chunk of any method but planes. src holds rows * cols elements. */
static pc_status encode_rows(const pc_tensor_encoder *e, const uint8_t *src, size_t rows, size_t cols,
                             sink *out, pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    split_rows s = {.rows = rows, .cols = cols};
    pc_status status = split_chunk(e, src, &s, space);
    if (status != PC_OK) return status;

    if (m->method == PC_METHOD_FLOAT) {
        int kinds = s.n_trimmed + s.n_constant != 0;
        uint8_t flags = (uint8_t)((kinds ? PC_CHUNK_ROW_KINDS : 0) | (s.n_outliers ? PC_CHUNK_OUTLIERS : 0));
        put_bytes(out, &flags, 1);
        if (kinds) {
            status = put_section(e, out, space->row_kind, rows, space->coder);
            if (status != PC_OK) return status;
            for (size_t r = 0; r < rows; r++)
                if (space->row_kind[r] > m->n_trims)
                    put_bytes(out, src + r * cols * m->traits->size, m->traits->size);
        }
        if (s.n_outliers) {
            uint8_t count[4];
            pc_store32(count, (uint32_t)s.n_outliers);
            put_bytes(out, count, 4);
            put_bytes(out, space->side, s.n_outliers * OUTLIER_BYTES);
        }
    }
    if (m->row_groups > 1) {
        status = put_section(e, out, space->row_group, s.live, space->coder);
        if (status != PC_OK) return status;
    }
    if (m->method == PC_METHOD_FLOAT) {
        unsigned sign_bits = m->coder == PC_CODER_MIX;
        if (sign_bits) part_signs(m, s.live * cols, space);
        for (size_t i = 0, step = pc_mid_rows(cols); i < s.live; i += step)
            put_bits(&e->kernels, out, space->mids + i * cols, PC_MIN(step, s.live - i) * cols,
                     m->layout.mid_bits - sign_bits);
        for (unsigned kind = 0; m->layout.low_bits != 0 && kind <= m->n_trims; kind++)
            put_lows(e, out, &s, kind, space);
    }
    if (out->full) return PC_ERR_DST_SIZE;
    if (m->coder == PC_CODER_MIX) return put_mixed(e, out, s.live * cols, space);
    if (m->coder == PC_CODER_PIVOT && m->col_groups == 1) return put_rows(e, out, &s, space);
    pc_tile_map map;
    pc_model_tiles(m, s.in_group, cols, &map);
    order_symbols(e, &s, &map, space);
    return put_list(e, out, &map, space);
}

/* A sparse chunk: a bitmap of what is not 0, then that as one row. */
static pc_status encode_sparse(const pc_tensor_encoder *e, const uint8_t *src, size_t n, sink *out,
                               pc_chunk_space *space)
{
    unsigned size = e->model.traits->size;
    size_t kept = 0;
    memset(space->list, 0, pc_ceil_div(n, 8));
    for (size_t i = 0; i < n; i++) {
        uint64_t x = pc_load_element(src + i * size, size);
        pc_store_element(space->elements + kept * size, size, x);
        space->list[i / 8] |= (uint8_t)((x != 0) << i % 8);
        kept += x != 0;
    }
    pc_status status = put_section(e, out, space->list, pc_ceil_div(n, 8), space->coder);
    return status == PC_OK ? encode_rows(e, space->elements, 1, kept, out, space) : status;
}

static pc_status encode_body(const pc_tensor_encoder *e, pc_chunk_shape shape, const uint8_t *src, sink *out,
                             pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    size_t used = 0;
    if (m->method == PC_METHOD_RAW) return PC_ERR_DST_SIZE;
    if (m->method == PC_METHOD_PLANES) {
        pc_status status =
            pc_planes_encode(e, src, shape.elements, out->next, (size_t)(out->end - out->next), &used, space);
        out->next += used;
        return status;
    }
    if (m->flags & PC_FRAME_SPARSE) return encode_sparse(e, src, shape.elements, out, space);
    pc_status status = encode_rows(e, src, shape.rows, m->info.cols, out, space);
    put_bytes(out, src + shape.rows * m->info.cols * m->traits->size, shape.tail * m->traits->size);
    return status;
}

pc_status pc_tensor_encode_chunk(const pc_tensor_encoder *e, size_t chunk, uint8_t *dst, size_t dst_cap,
                                 size_t *dst_len, uint64_t *hash, void *workspace)
{
    const pc_tensor_model *m = &e->model;
    if (chunk >= m->info.chunks) return PC_ERR_PARAM;
    if (dst_cap < m->info.chunk_bound) return PC_ERR_DST_SIZE;
    pc_chunk_space space;
    pc_chunk_space_cut(m, workspace, &space);
    pc_chunk_shape shape = pc_model_chunk(m, chunk);
    size_t element = m->traits->size, size = shape.elements * element;
    const uint8_t *src = e->data + (uint64_t)chunk * m->info.chunk_bytes;

    *hash = pc_xxh3_64(&e->kernels, src, size);
    pc_store64(dst, *hash);
    const uint8_t *base = NULL;
    if (m->method == PC_METHOD_BASE) {
        base = e->base + (uint64_t)chunk * m->info.chunk_bytes;
        if (memcmp(src, base, size) == 0) {
            dst[8] = PC_CHUNK_SAME;
            *dst_len = PC_CHUNK_HEAD;
            return PC_OK;
        }
    }
    if (size > element && memcmp(src, src + element, size - element) == 0) { /* each equals the one before */
        dst[8] = PC_CHUNK_FILLED;
        memcpy(dst + PC_CHUNK_HEAD, src, element);
        *dst_len = PC_CHUNK_HEAD + element;
        return PC_OK;
    }
    sink out = {dst + PC_CHUNK_HEAD, dst + dst_cap, 0};
    pc_status status;
    if (base != NULL) {
        size_t used = 0;
        status = pc_base_encode(e, src, base, shape.elements, out.next, (size_t)(out.end - out.next), &used,
                                &space);
        out.next += used;
    } else {
        status = encode_body(e, shape, src, &out, &space);
    }
    if (status != PC_OK && status != PC_ERR_DST_SIZE) return status;
    dst[8] = PC_CHUNK_CODED;
    *dst_len = (size_t)(out.next - dst);
    if (status != PC_OK || out.full || *dst_len >= PC_CHUNK_HEAD + size) {
        dst[8] = PC_CHUNK_STORED;
        memcpy(dst + PC_CHUNK_HEAD, src, size);
        *dst_len = PC_CHUNK_HEAD + size;
    }
    return PC_OK;
}
