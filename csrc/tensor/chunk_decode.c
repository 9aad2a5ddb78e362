/* Decoding one chunk; the inverse of chunk_encode.c, and suspicious of every field. */
#include <string.h>

#include "base/mem.h"
#include "bitio/bits.h"
#include "pycomp/xxh3.h"
#include "tensor/decoder.h"
#include "tensor/mixed.h"
#include "tensor/section.h"
#include "tensor/split.h"
#include "transform/transpose.h"

/* Where coded bytes come from; PC_SLACK bytes behind end are readable. */
typedef struct source {
    const uint8_t *next, *end;
} source;

static const uint8_t *take(source *in, size_t size)
{
    if ((size_t)(in->end - in->next) < size) return NULL;
    const uint8_t *at = in->next;
    in->next += size;
    return at;
}

static pc_status take_section(const pc_tensor_decoder *d, source *in, uint8_t *dst, size_t n, void *workspace)
{
    size_t used = 0;
    pc_status status =
        pc_section_decode(&d->kernels, in->next, (size_t)(in->end - in->next), &used, dst, n, workspace);
    if (status == PC_OK) in->next += used;
    return status;
}

/* The rows of a chunk as its side information describes them. */
typedef struct row_plan {
    size_t rows, cols, live;
    size_t in_group[PC_MAX_GROUPS];
    int kinds;                /* some row is trimmed or constant */
    const uint8_t *constants; /* the values of constant rows, in order */
    const uint8_t *outliers;
    size_t n_outliers;
    const uint8_t *mids; /* packed */
    unsigned mid_width;
} row_plan;

enum { OUTLIER_BYTES = 6 };

/* Reads what comes before the symbols: kinds, constants, outliers, groups. */
static pc_status read_plan(const pc_tensor_decoder *d, source *in, row_plan *p, pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    memset(space->row_kind, 0, p->rows);
    p->live = p->rows;
    if (m->method == PC_METHOD_FLOAT) {
        const uint8_t *flags = take(in, 1);
        if (flags == NULL) return PC_ERR_TRUNCATED;
        if (*flags & ~(PC_CHUNK_ROW_KINDS | PC_CHUNK_OUTLIERS)) return PC_ERR_UNSUPPORTED;
        if (*flags & PC_CHUNK_ROW_KINDS) {
            pc_status status = take_section(d, in, space->row_kind, p->rows, space->coder);
            if (status != PC_OK) return status;
            size_t constant = 0;
            for (size_t r = 0; r < p->rows; r++) {
                if (space->row_kind[r] > m->n_trims + 1u) return PC_ERR_CORRUPT;
                constant += space->row_kind[r] == m->n_trims + 1u;
            }
            p->kinds = 1;
            p->live -= constant;
            p->constants = take(in, constant * m->traits->size);
            if (p->constants == NULL) return PC_ERR_TRUNCATED;
        }
        if (*flags & PC_CHUNK_OUTLIERS) {
            const uint8_t *count = take(in, 4);
            if (count == NULL) return PC_ERR_TRUNCATED;
            p->n_outliers = pc_load32(count);
            if (p->n_outliers > p->rows * p->cols) return PC_ERR_CORRUPT;
            p->outliers = take(in, p->n_outliers * OUTLIER_BYTES);
            if (p->outliers == NULL) return PC_ERR_TRUNCATED;
        }
    }
    for (size_t r = 0, i = 0; r < p->rows; r++)
        if (space->row_kind[r] <= m->n_trims) space->live_row[i++] = (uint32_t)r;

    if (m->row_groups > 1) {
        pc_status status = take_section(d, in, space->row_group, p->live, space->coder);
        if (status != PC_OK) return status;
    } else {
        memset(space->row_group, 0, p->live);
    }
    for (size_t i = 0; i < p->live; i++) {
        if (space->row_group[i] >= m->row_groups) return PC_ERR_CORRUPT;
        p->in_group[space->row_group[i]]++;
    }
    return PC_OK;
}

/* The low bits of rows of one kind, to their places among all rows' lows. */
static pc_status read_lows(const pc_tensor_decoder *d, source *in, const row_plan *p, unsigned kind,
                           pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    unsigned kept = pc_kept_bits(m, kind), bytes = kept / 8, bits = kept % 8,
             shift = m->layout.low_bits - kept;
    size_t low_size = pc_low_size(&m->layout), row_size = p->cols * low_size, rows = 0;
    for (size_t i = 0; i < p->live; i++) rows += space->row_kind[space->live_row[i]] == kind;
    const uint8_t *whole = take(in, rows * p->cols * bytes);
    if (whole == NULL) return PC_ERR_TRUNCATED;
    const uint8_t *packed = take(in, pc_bits_size(rows * p->cols, bits));
    if (packed == NULL) return PC_ERR_TRUNCATED;
    const uint8_t *rest = space->list;
    if (bits != 0) d->kernels.bits_unpack(packed, rows * p->cols, bits, NULL, space->list);

    for (size_t i = 0; i < p->live; i++) {
        if (space->row_kind[space->live_row[i]] != kind) continue;
        uint8_t *lows = space->lows + i * row_size;
        if (bytes == low_size) {
            memcpy(lows, whole, row_size);
            whole += row_size;
            continue;
        }
        for (size_t c = 0; c < p->cols; c++, whole += bytes) {
            uint64_t low = 0;
            memcpy(&low, whole, bytes);
            low = PC_LE64(low) << bits | (bits != 0 ? *rest++ : 0u);
            low = PC_LE64(low << shift);
            memcpy(lows + c * low_size, &low, low_size);
        }
    }
    return PC_OK;
}

/* Decodes symbols by mixing, which come in the order of rows, and gives mids or bytes their signs. */
static pc_status read_mixed(const pc_tensor_decoder *d, source *in, size_t n, size_t last,
                            pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    const pc_mix_model mix = pc_mixed_model(m);
    size_t left = (size_t)(in->end - in->next);
    if (left < last) return PC_ERR_TRUNCATED;
    uint8_t *signs = space->symbols; /* with columns in one group, symbols stay in the list */
    pc_status status =
        pc_mix_decode(&d->kernels, &mix, in->next, left - last, space->list, signs, n, space->coder);
    if (status != PC_OK) return status;
    in->next += left - last;
    if (m->method == PC_METHOD_FLOAT) {
        for (size_t i = 0; i < n; i++) space->mids[i] |= (uint8_t)(signs[i] << (m->layout.mid_bits - 1));
    } else if (mix.has_signs) {
        pc_byte_sign form = pc_mixed_byte_sign(m);
        for (size_t i = 0; i < n; i++) space->list[i] = pc_mixed_byte(space->list[i], signs[i], form);
    }
    return PC_OK;
}

/* Decodes the list of symbols, table by table, and brings it back into rows (space->symbols). */
static pc_status read_list(const pc_tensor_decoder *d, source *in, const row_plan *p, size_t last,
                           pc_tile_map *map, pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    pc_model_tiles(m, p->in_group, p->cols, map);
    if (m->coder == PC_CODER_MIX) return read_mixed(d, in, p->live * p->cols, last, space);
    pc_rans_decode_run runs[PC_MAX_TABLES];
    size_t start = 0;
    for (unsigned t = 0; t < m->n_tables; start = map->table_end[t++]) {
        size_t n = map->table_end[t] - start, used = 0;
        if (m->coder == PC_CODER_PIVOT) {
            pc_status status =
                pc_pivot_decode(&d->kernels, &m->tables.pivot[t], in->next, (size_t)(in->end - in->next),
                                &used, space->list + start, n, space->coder);
            if (status != PC_OK) return status;
            in->next += used;
        } else {
            const void *table = d->rans_tables + t * pc_rans_decoder_table_size();
            runs[t] = (pc_rans_decode_run){space->list + start, n, table};
        }
    }
    if (m->coder == PC_CODER_PIVOT) return PC_OK;
    size_t left = (size_t)(in->end - in->next);
    if (left < last) return PC_ERR_TRUNCATED;
    const uint8_t *stream = take(in, left - last);
    return pc_rans_decode(&d->kernels, stream, left - last, runs, m->n_tables);
}

/* Rows of symbols from columns of each group. */
static void order_columns(const pc_tensor_decoder *d, const row_plan *p, const pc_tile_map *map,
                          pc_chunk_space *space)
{
    for (unsigned g = 0; g < d->model.row_groups; g++) {
        size_t n = 0;
        for (size_t i = 0; i < p->live; i++)
            if (space->row_group[i] == g) space->order[n++] = (uint32_t)i;
        if (n == 0) continue;
        pc_model_offsets(&d->model, map, g, n, space->offsets);
        pc_scatter_rows(&d->kernels, space->list, space->offsets, p->cols, space->symbols, p->cols,
                        space->order, n);
    }
}

/* The packed mids, in blocks of pc_mid_rows rows. */
static pc_status find_mids(const pc_tensor_decoder *d, source *in, row_plan *p)
{
    size_t block = pc_mid_rows(p->cols), whole = p->live / block, rest = p->live % block;
    /* With mixing, signs are not among the mids. */
    p->mid_width = d->model.layout.mid_bits - (d->model.coder == PC_CODER_MIX ? 1u : 0u);
    p->mids = take(in, whole * pc_bits_size(block * p->cols, p->mid_width) +
                           pc_bits_size(rest * p->cols, p->mid_width));
    return p->mids == NULL ? PC_ERR_TRUNCATED : PC_OK;
}

/* Unpacks the block that live row i begins. */
static void unpack_mids(const pc_tensor_decoder *d, const row_plan *p, size_t i, uint8_t *dst)
{
    size_t block = pc_mid_rows(p->cols), rows = PC_MIN(block, p->live - i);
    const uint8_t *packed = p->mids + i / block * pc_bits_size(block * p->cols, p->mid_width);
    d->kernels.bits_unpack(packed, rows * p->cols, p->mid_width, NULL, dst);
}

/* How many live rows from i on lie side by side everywhere: among the elements, the symbols and, float_merge
 * taking one block of them at a time, the mids. */
static size_t count_run(const pc_tensor_model *m, const row_plan *p, size_t i, const pc_chunk_space *space)
{
    size_t block = pc_mid_rows(p->cols), end = PC_MIN(p->live, (i / block + 1) * block), next = i + 1;
    while (next < end && space->live_row[next] == space->live_row[next - 1] + 1 &&
           (m->col_groups > 1 || space->row_group[next] == space->row_group[i]))
        next++;
    return next - i;
}

/* Elements from symbols, mids and lows, to the places of their rows. mids holds all rows', or is NULL for
 * those still packed. */
static void write_elements(const pc_tensor_decoder *d, const row_plan *p, const pc_tile_map *map,
                           const uint8_t *mids, const uint8_t *lows, uint8_t *dst, pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    size_t size = m->traits->size, low_size = pc_low_size(&m->layout), row_size = p->cols * size;
    size_t next[PC_MAX_GROUPS], block = pc_mid_rows(p->cols);
    if (m->col_groups == 1) memcpy(next, map->start, m->row_groups * sizeof *next);
    for (size_t i = 0, run; i < p->live; i += run) {
        run = count_run(m, p, i, space);
        size_t n = run * p->cols;
        const uint8_t *symbols = space->symbols + i * p->cols;
        if (m->col_groups == 1) { /* rows of a group lie one behind the other in the list */
            symbols = space->list + next[space->row_group[i]];
            next[space->row_group[i]] += n;
        }
        uint8_t *row = dst + space->live_row[i] * row_size;
        if (m->method == PC_METHOD_FLOAT) {
            if (mids == NULL && i % block == 0) unpack_mids(d, p, i, space->mids);
            const uint8_t *row_mids = mids != NULL ? mids + i * p->cols : space->mids + i % block * p->cols;
            d->kernels.float_merge(symbols, row_mids, lows + i * p->cols * low_size, n, &m->layout, m->window,
                                   row);
        } else if (m->method == PC_METHOD_PALETTE) {
            for (size_t c = 0; c < n; c++)
                pc_store_element(row + c * size, (unsigned)size, m->palette[symbols[c]]);
        } else {
            memcpy(row, symbols, n);
        }
    }
    const uint8_t *value = p->constants;
    for (size_t r = 0; p->kinds && r < p->rows; r++) {
        if (space->row_kind[r] <= m->n_trims) continue;
        for (size_t c = 0; c < p->cols; c++) memcpy(dst + r * row_size + c * size, value, size);
        value += size;
    }
}

/* Puts the true keys of outliers into their elements. */
static pc_status mend_outliers(const pc_tensor_model *m, const row_plan *p, uint8_t *dst,
                               const pc_chunk_space *space)
{
    unsigned size = m->traits->size, shift = m->layout.low_bits + m->layout.mid_bits - 1u;
    uint64_t key_mask = ((uint64_t)1 << m->layout.key_bits) - 1;
    for (size_t i = 0; i < p->n_outliers; i++) {
        uint32_t place = pc_load32(p->outliers + i * OUTLIER_BYTES);
        uint64_t key = pc_load16(p->outliers + i * OUTLIER_BYTES + 4);
        if (place >= p->live * p->cols || key > key_mask) return PC_ERR_CORRUPT;
        uint8_t *element = dst + (space->live_row[place / p->cols] * p->cols + place % p->cols) * size;
        uint64_t x = pc_load_element(element, size) & ~(key_mask << shift);
        pc_store_element(element, size, x | key << shift);
    }
    return PC_OK;
}

/* rows * cols elements to dst; `last` bytes of the input are not ours. */
static pc_status decode_rows(const pc_tensor_decoder *d, source *in, size_t rows, size_t cols, size_t last,
                             uint8_t *dst, pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    row_plan p = {.rows = rows, .cols = cols};
    pc_status status = read_plan(d, in, &p, space);
    if (status != PC_OK) return status;

    const uint8_t *mids = NULL;
    if (m->method == PC_METHOD_FLOAT) {
        status = find_mids(d, in, &p);
        if (status != PC_OK) return status;
        if (p.mid_width == 8) mids = p.mids; /* eight bits wide, the layout is the identity */
        if (m->coder == PC_CODER_MIX) {      /* read_list will add the signs */
            for (size_t i = 0; i < p.live; i += pc_mid_rows(cols))
                unpack_mids(d, &p, i, space->mids + i * cols);
            mids = space->mids;
        }
    }
    const uint8_t *lows = space->lows;
    if (m->method == PC_METHOD_FLOAT && m->layout.low_bits != 0) {
        if (!p.kinds && m->layout.low_bits % 8 == 0) {
            lows = take(in, p.live * cols * pc_low_size(&m->layout));
            if (lows == NULL) return PC_ERR_TRUNCATED;
        } else {
            for (unsigned kind = 0; kind <= m->n_trims; kind++) {
                status = read_lows(d, in, &p, kind, space);
                if (status != PC_OK) return status;
            }
        }
    }
    pc_tile_map map;
    status = read_list(d, in, &p, last, &map, space);
    if (status != PC_OK) return status;
    if (m->col_groups > 1) order_columns(d, &p, &map, space);
    write_elements(d, &p, &map, mids, lows, dst, space);
    return mend_outliers(m, &p, dst, space);
}

static pc_status decode_sparse(const pc_tensor_decoder *d, source *in, size_t n, uint8_t *dst,
                               pc_chunk_space *space)
{
    unsigned size = d->model.traits->size;
    pc_status status = take_section(d, in, space->list, pc_ceil_div(n, 8), space->coder);
    if (status != PC_OK) return status;
    /* The list is overwritten while rows are decoded; the bitmap moves aside. */
    uint8_t *bitmap = space->side;
    memcpy(bitmap, space->list, pc_ceil_div(n, 8));
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) kept += bitmap[i / 8] >> i % 8 & 1;
    status = decode_rows(d, in, 1, kept, 0, space->elements, space);
    if (status != PC_OK) return status;
    const uint8_t *next = space->elements;
    for (size_t i = 0; i < n; i++) {
        int live = bitmap[i / 8] >> i % 8 & 1;
        pc_store_element(dst + i * size, size, live ? pc_load_element(next, size) : 0);
        next += live ? size : 0;
    }
    return PC_OK;
}

static pc_status decode_body(const pc_tensor_decoder *d, pc_chunk_shape shape, source *in, uint8_t *dst,
                             pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    if (m->method == PC_METHOD_RAW) return PC_ERR_CORRUPT;
    if (m->method == PC_METHOD_PLANES) {
        size_t used = 0;
        pc_status status =
            pc_planes_decode(d, in->next, (size_t)(in->end - in->next), dst, shape.elements, &used, space);
        in->next += used;
        return status;
    }
    if (m->flags & PC_FRAME_SPARSE) return decode_sparse(d, in, shape.elements, dst, space);
    size_t size = m->traits->size, tail = shape.tail * size;
    pc_status status = decode_rows(d, in, shape.rows, m->info.cols, tail, dst, space);
    if (status != PC_OK) return status;
    const uint8_t *rest = take(in, tail);
    if (rest == NULL) return PC_ERR_TRUNCATED;
    if (tail != 0) memcpy(dst + shape.rows * m->info.cols * size, rest, tail);
    return PC_OK;
}

/* Decodes a payload that has PC_SLACK readable bytes behind it. */
static pc_status decode_payload(const pc_tensor_decoder *d, size_t chunk, const uint8_t *base,
                                const uint8_t *src, size_t src_len, uint8_t *dst, size_t dst_size,
                                pc_chunk_space *space)
{
    size_t element = d->model.traits->size;
    source in = {src + PC_CHUNK_HEAD, src + src_len};
    pc_status status = PC_OK;
    switch (src[8]) {
    case PC_CHUNK_STORED:
        if (src_len - PC_CHUNK_HEAD < dst_size) return PC_ERR_TRUNCATED;
        memcpy(dst, take(&in, dst_size), dst_size);
        break;
    case PC_CHUNK_FILLED:
        if (src_len - PC_CHUNK_HEAD < element) return PC_ERR_TRUNCATED;
        for (size_t i = 0; i < dst_size; i += element) memcpy(dst + i, in.next, element);
        in.next += element;
        break;
    case PC_CHUNK_CODED:
        if (d->model.method == PC_METHOD_BASE) {
            size_t left = src_len - PC_CHUNK_HEAD;
            if (base == NULL) return PC_ERR_BASE;
            status = pc_base_decode(d, in.next, left, base, dst, dst_size / element, space);
            in.next = in.end;
        } else {
            status = decode_body(d, pc_model_chunk(&d->model, chunk), &in, dst, space);
        }
        break;
    case PC_CHUNK_SAME:
        if (d->model.method != PC_METHOD_BASE) return PC_ERR_CORRUPT;
        if (base == NULL || pc_xxh3_64(&d->kernels, base, dst_size) != pc_load64(src)) return PC_ERR_BASE;
        memmove(dst, base, dst_size);
        return src_len == PC_CHUNK_HEAD ? PC_OK : PC_ERR_CORRUPT;
    default: return PC_ERR_UNSUPPORTED;
    }
    if (status != PC_OK) return status;
    if (in.next != in.end) return PC_ERR_CORRUPT;
    return pc_xxh3_64(&d->kernels, dst, dst_size) == pc_load64(src) ? PC_OK : PC_ERR_CHECKSUM;
}

pc_status pc_tensor_decode_chunk(const pc_tensor_decoder *d, size_t chunk, const uint8_t *base,
                                 const uint8_t *src, size_t src_len, size_t src_room, uint8_t *dst,
                                 size_t dst_size, void *workspace)
{
    const pc_tensor_model *m = &d->model;
    if (chunk >= m->info.chunks || dst_size != pc_tensor_chunk_size(&m->info, chunk)) return PC_ERR_PARAM;
    if (src_len < PC_CHUNK_HEAD) return PC_ERR_TRUNCATED;
    if (src_len > m->info.chunk_bound) return PC_ERR_CORRUPT;
    pc_chunk_space space;
    pc_chunk_space_cut(m, workspace, &space);
    if (src_room - src_len < PC_SLACK && src[8] == PC_CHUNK_CODED) {
        memcpy(space.slack, src, src_len);
        src = space.slack;
    }
    return decode_payload(d, chunk, base, src, src_len, dst, dst_size, &space);
}
