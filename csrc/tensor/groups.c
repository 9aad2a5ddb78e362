/* Choosing row groups, column groups and tables.
 *
 * Rows and columns are ranked by mean symbol and cut into equal parts. Of {no groups, rows, columns,
 * both} the cheapest wins, the price of tables and of stating the groups included; the tiles of each are
 * clustered into tables (cluster.c), all from one count of the sample by tile. Integer arithmetic on the
 * sample alone: nothing else has a say. */
#include <string.h>

#include "base/alloc.h"
#include "base/mem.h"
#include "tensor/cluster.h"
#include "tensor/sample.h"
#include "tensor/sort.h"

enum {
    /* Coding columns in groups costs the decoder a transposition; it must save 1 in 1024 of the bits. */
    COLUMN_GAIN = 1024,
    /* Fewest rows of one group that a chunk should have, where they are transposed in strips of 16. */
    LEAST_STRIP = 8,
    /* What one more table costs each chunk: the padding of its some 24 masks and leaves to whole bytes. */
    PADDING_BITS = 150,
    /* Clustering looks at exponents: their two top mantissa bits hardly tell tiles apart. */
    BIN_SHIFT = 2,
    LANES = 4,
    /* A table made from a sample fits the sample's chances: for each of its symbols the sample seems to take
     * half a nat less than it will on average, and the rest takes as much more, 3 / 2 bits in all for each
     * time the sample goes into the whole. Half of that is charged, since the rarer half of the symbols has
     * next to no weight. Bounded to keep within the arithmetic. */
    MOST_CHANCE = 1 << 12,
    ROW_SUM_BITS = 24 /* of at most PC_MAX_COLS bytes */
};

/* Thresholds that cut the sample's rows into equal groups. */
static void rank_rows(pc_tensor_encoder *e, pc_sample *s, unsigned groups)
{
    uint64_t *sorted = s->scratch;
    memcpy(sorted, s->row_sums, s->rows * sizeof *sorted);
    pc_sort_keys(sorted, s->rows, 0, ROW_SUM_BITS, sorted + s->rows);
    for (unsigned g = 1; g < groups; g++) e->thresholds[g - 1] = sorted[s->rows * g / groups];
}

/* Columns by their sums, which are sorted with the column's number below them. */
static void rank_cols(pc_tensor_model *m, pc_sample *s, unsigned groups)
{
    uint64_t *sorted = s->scratch;
    for (size_t c = 0; c < s->cols; c++) sorted[c] = (uint64_t)s->col_sums[c] << 32 | c;
    pc_sort_keys(sorted, s->cols, 32, 64, sorted + s->cols);
    for (size_t i = 0; i < s->cols; i++) m->col_group[(uint32_t)sorted[i]] = (uint8_t)(i * groups / s->cols);
}

/* Tiles of the sample: counters of symbol v of row group r and lane l at (r lanes + l) stride + v. A lane is
 * a column group; where there is one only, every fourth column, so that an increment does not wait for the
 * one before. */
typedef struct tiling {
    unsigned rows, lanes, stride;
    uint32_t *counts;
} tiling;

/* Counts the symbols of one row, which go to a place for each column. */
static void count_row(const uint8_t *symbols, size_t cols, uint32_t *const *place)
{
    size_t c = 0;
    for (; cols - c >= 4; c += 4) {
        place[c][symbols[c]]++;
        place[c + 1][symbols[c + 1]]++;
        place[c + 2][symbols[c + 2]]++;
        place[c + 3][symbols[c + 3]]++;
    }
    for (; c < cols; c++) place[c][symbols[c]]++;
}

/* The same where every fourth column has the same place: there is none to be looked up. */
static void count_lanes(const uint8_t *symbols, size_t cols, uint32_t *counts, size_t stride)
{
    uint32_t *const lane[LANES] = {counts, counts + stride, counts + 2 * stride, counts + 3 * stride};
    size_t c = 0;
    for (; cols - c >= 8; c += 8) {
        uint64_t word = pc_load64(symbols + c);
        lane[0][word & 255]++;
        lane[1][word >> 8 & 255]++;
        lane[2][word >> 16 & 255]++;
        lane[3][word >> 24 & 255]++;
        lane[0][word >> 32 & 255]++;
        lane[1][word >> 40 & 255]++;
        lane[2][word >> 48 & 255]++;
        lane[3][word >> 56]++;
    }
    for (; c < cols; c++) lane[c % LANES][symbols[c]]++;
}

/* Counts symbols by tile, one row group after the other: its columns' places are worked out once. */
static void count_tiles(const pc_tensor_encoder *e, const pc_sample *s, const tiling *t, unsigned col_groups)
{
    uint32_t **place = s->scratch;
    for (unsigned g = 0; g < t->rows; g++) {
        uint64_t from = g > 0 ? e->thresholds[g - 1] : 0,
                 to = g + 1 < t->rows ? e->thresholds[g] : UINT64_MAX;
        uint32_t *counts = t->counts + (size_t)g * t->lanes * t->stride;
        for (size_t c = 0; col_groups > 1 && c < s->cols; c++)
            place[c] = counts + e->model.col_group[c] * t->stride;
        for (size_t i = 0; i < s->rows; i++) {
            if (s->row_sums[i] < from || s->row_sums[i] >= to) continue;
            const uint8_t *symbols = s->symbols + i * s->cols;
            if (col_groups > 1)
                count_row(symbols, s->cols, place);
            else
                count_lanes(symbols, s->cols, counts, t->stride);
        }
    }
}

/* The tiles' histograms in bins of neighbouring symbols, and summed over rows, columns and both. */
typedef struct binned {
    unsigned bins, shift;
    uint32_t *tiles, *by_row, *by_col, *whole;
} binned;

static void add_bins(uint32_t *to, const uint32_t *from, unsigned bins)
{
    for (unsigned b = 0; b < bins; b++) to[b] += from[b];
}

static void bin_tiles(const tiling *t, unsigned span, unsigned col_groups, binned *b)
{
    for (unsigned r = 0; r < t->rows; r++)
        for (unsigned l = 0; l < t->lanes; l++) {
            const uint32_t *from = t->counts + ((size_t)r * t->lanes + l) * t->stride;
            uint32_t *tile = b->tiles + ((size_t)r * col_groups + (col_groups > 1 ? l : 0)) * b->bins;
            for (unsigned v = 0; v < span; v++) tile[v >> b->shift] += from[v];
        }
    for (unsigned r = 0; r < t->rows; r++)
        for (unsigned c = 0; c < col_groups; c++) {
            const uint32_t *tile = b->tiles + ((size_t)r * col_groups + c) * b->bins;
            add_bins(b->by_row + (size_t)r * b->bins, tile, b->bins);
            add_bins(b->by_col + (size_t)c * b->bins, tile, b->bins);
            add_bins(b->whole, tile, b->bins);
        }
}

/* One way to group, priced. */
typedef struct plan {
    unsigned row_groups, col_groups, n_tables;
    uint64_t bits;
    uint8_t table_of[PC_MAX_GROUPS * PC_MAX_GROUPS];
} plan;

/* Prices a grouping, whose histograms are clobbered. */
static void price(const pc_tensor_encoder *e, const pc_sample *s, unsigned row_groups, unsigned col_groups,
                  const binned *b, uint32_t *histograms, plan *p)
{
    const pc_tensor_model *m = &e->model;
    unsigned span_bits = m->coder == PC_CODER_PIVOT ? 4 : 6;
    uint64_t chance = m->rows == s->rows ? 0 : m->rows * 3 / (4 * s->rows);
    unsigned live_bits = (unsigned)PC_MIN(chance, (uint64_t)MOST_CHANCE);
    uint64_t fixed_bits = (m->coder == PC_CODER_PIVOT ? PADDING_BITS : 0) * m->info.chunks;
    pc_histograms h = {histograms, row_groups * col_groups, b->bins, b->bins, 0};
    p->row_groups = row_groups;
    p->col_groups = col_groups;
    pc_table_price table = {span_bits << b->shift, live_bits << b->shift, fixed_bits};
    p->n_tables = pc_cluster(h, PC_MAX_TABLES, table, m->rows * 256 / s->rows, p->table_of, &p->bits);
    p->bits += m->rows * pc_log2_ceil(row_groups) + s->cols * pc_log2_ceil(col_groups) +
               4u * row_groups * col_groups;
}

/* Of the plans for up to t->rows by col_groups groups the cheapest. */
static plan cheapest(const pc_tensor_encoder *e, const pc_sample *s, const tiling *t, unsigned col_groups,
                     const binned *b)
{
    plan best, other;
    price(e, s, 1, 1, b, b->whole, &best);
    if (t->rows > 1) {
        price(e, s, t->rows, 1, b, b->by_row, &other);
        if (other.bits < best.bits) best = other;
    }
    if (col_groups > 1) {
        plan grouped;
        price(e, s, 1, col_groups, b, b->by_col, &grouped);
        if (t->rows > 1) {
            price(e, s, t->rows, col_groups, b, b->tiles, &other);
            if (other.bits < grouped.bits) grouped = other;
        }
        if (grouped.bits + best.bits / COLUMN_GAIN < best.bits) best = grouped;
    }
    return best;
}

/* Puts a plan into the model, with the counts of its tables. */
static pc_status adopt(pc_tensor_encoder *e, const pc_sample *s, const tiling *t, const plan *p)
{
    pc_tensor_model *m = &e->model;
    m->row_groups = p->row_groups;
    m->col_groups = p->col_groups;
    m->n_tables = p->n_tables;
    memcpy(m->tile_table, p->table_of, sizeof m->tile_table);
    memset(e->counts, 0, sizeof e->counts);
    for (unsigned r = 0; r < t->rows; r++)
        for (unsigned l = 0; l < t->lanes; l++) {
            const uint32_t *from = t->counts + ((size_t)r * t->lanes + l) * t->stride;
            unsigned tile = (p->row_groups > 1 ? r : 0) * p->col_groups + (p->col_groups > 1 ? l : 0);
            uint32_t *to = e->counts[p->table_of[tile]];
            for (unsigned v = 0; v < s->span; v++) to[v] += from[v];
        }
    return m->col_groups == 1 || pc_model_rank_columns(m) ? PC_OK : PC_ERR_MEMORY;
}

/* Chooses groups and tables for the symbols of the sample. */
pc_status pc_choose_groups(pc_tensor_encoder *e, pc_sample *s, pc_effort effort)
{
    pc_tensor_model *m = &e->model;
    unsigned rows = m->flags & PC_FRAME_SPARSE || s->rows < 2 * effort.row_groups ? 1 : effort.row_groups;
    unsigned cols = m->flags & PC_FRAME_SPARSE || s->cols < 4 * effort.col_groups ? 1 : effort.col_groups;
    /* A chunk's rows of one group are transposed in strips: with few rows, few groups. */
    while (rows > 1 && cols > 1 && m->chunk_rows / rows < LEAST_STRIP) rows /= 2;

    tiling t = {rows, cols > 1 ? cols : LANES, (unsigned)pc_round_up(s->span, 16), NULL};
    binned b = {.shift = m->method == PC_METHOD_FLOAT ? BIN_SHIFT : 0};
    b.bins = ((s->span - 1) >> b.shift) + 1;
    size_t counters = (size_t)t.rows * t.lanes * t.stride;
    size_t bins = ((size_t)rows * cols + rows + cols + 1) * b.bins;
    t.counts = pc_alloc((counters + bins) * sizeof *t.counts);
    if (t.counts == NULL) return PC_ERR_MEMORY;
    memset(t.counts, 0, (counters + bins) * sizeof *t.counts);
    b.tiles = t.counts + counters;
    b.by_row = b.tiles + (size_t)rows * cols * b.bins;
    b.by_col = b.by_row + (size_t)rows * b.bins;
    b.whole = b.by_col + (size_t)cols * b.bins;

    if (rows > 1) rank_rows(e, s, rows);
    if (cols > 1) rank_cols(m, s, cols);
    count_tiles(e, s, &t, cols);
    bin_tiles(&t, s->span, cols, &b);
    plan best = cheapest(e, s, &t, cols, &b);
    pc_status status = adopt(e, s, &t, &best);
    pc_free(t.counts);
    return status;
}
