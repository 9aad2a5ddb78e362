/* Choosing row groups, column groups and tables.
 *
 * Rows and columns are ranked by mean symbol and cut into equal parts. Of {no groups, rows, columns,
 * both} the cheapest wins, the price of tables and of stating the groups included; the tiles of each are
 * clustered into tables (cluster.c). Integer arithmetic on the sample alone: nothing else has a say. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/mem.h"
#include "tensor/cluster.h"
#include "tensor/sample.h"

enum {
    /* Coding columns in groups costs the decoder a transposition; it must save 1 in 1024 of the bits. */
    COLUMN_GAIN = 1024,
    /* Fewest rows of one group that a chunk should have, where they are transposed in strips of 16. */
    LEAST_STRIP = 8,
    /* What one more table costs each chunk: the padding of its some 24 masks and leaves to whole bytes. */
    PADDING_BITS = 150
};

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Thresholds that cut the sample's rows into equal groups. */
static void rank_rows(pc_tensor_encoder *e, pc_sample *s, unsigned groups)
{
    uint64_t *sorted = s->scratch;
    memcpy(sorted, s->row_sums, s->rows * sizeof *sorted);
    qsort(sorted, s->rows, sizeof *sorted, by_value);
    for (unsigned g = 1; g < groups; g++) e->thresholds[g - 1] = sorted[s->rows * g / groups];
}

/* Columns by their sums, which are sorted with the column's number below them. */
static void rank_cols(pc_tensor_model *m, pc_sample *s, unsigned groups)
{
    uint64_t *sorted = s->scratch;
    for (size_t c = 0; c < s->cols; c++) sorted[c] = (uint64_t)s->col_sums[c] << 32 | c;
    qsort(sorted, s->cols, sizeof *sorted, by_value);
    for (size_t i = 0; i < s->cols; i++) m->col_group[(uint32_t)sorted[i]] = (uint8_t)(i * groups / s->cols);
}

/* Counts symbols by tile. */
static void count_tiles(const pc_tensor_encoder *e, const pc_sample *s, unsigned row_groups,
                        unsigned col_groups, uint32_t (*tiles)[256])
{
    const pc_tensor_model *m = &e->model;
    for (size_t i = 0; i < s->rows; i++) {
        const uint8_t *symbols = s->symbols + i * s->cols;
        unsigned group = 0;
        while (group + 1 < row_groups && s->row_sums[i] >= e->thresholds[group]) group++;
        if (col_groups == 1) {
            e->kernels.hist_u8(symbols, s->cols, tiles[group]);
        } else {
            uint32_t *row_tiles = tiles[group * col_groups];
            const uint8_t *col_group = m->col_group;
            for (size_t c = 0; c < s->cols; c++) row_tiles[(size_t)col_group[c] * 256 + symbols[c]]++;
        }
    }
}

/* One way to group, priced. */
typedef struct plan {
    unsigned row_groups, col_groups, n_tables;
    uint64_t bits;
    uint8_t table_of[PC_MAX_GROUPS * PC_MAX_GROUPS];
    uint32_t counts[PC_MAX_TABLES][256];
} plan;

/* Prices a grouping. tiles is clobbered. */
static void price(const pc_tensor_encoder *e, const pc_sample *s, unsigned row_groups, unsigned col_groups,
                  uint32_t (*tiles)[256], plan *p)
{
    const pc_tensor_model *m = &e->model;
    unsigned table_bits = m->coder == PC_CODER_PIVOT ? 4 : 6;
    uint64_t scale_q8 = m->rows * 256 / s->rows;
    p->row_groups = row_groups;
    p->col_groups = col_groups;
    uint64_t fixed_bits = (m->coder == PC_CODER_PIVOT ? PADDING_BITS : 0) * m->info.chunks;
    p->n_tables =
        pc_cluster(tiles, row_groups * col_groups, s->span, PC_MAX_TABLES,
                   (pc_table_price){table_bits, fixed_bits}, scale_q8, p->table_of, p->counts, &p->bits);
    p->bits += m->rows * pc_log2_ceil(row_groups) + s->cols * pc_log2_ceil(col_groups) +
               4u * row_groups * col_groups;
}

static void add_counts(uint32_t to[256], const uint32_t from[256], unsigned span)
{
    for (unsigned s = 0; s < span; s++) to[s] += from[s];
}

/* Sums tiles over columns and over rows. */
static void fold(uint32_t (*tiles)[256], unsigned rows, unsigned cols, unsigned span, uint32_t (*by_row)[256],
                 uint32_t (*by_col)[256])
{
    memset(by_row, 0, rows * sizeof *by_row);
    memset(by_col, 0, cols * sizeof *by_col);
    for (unsigned r = 0; r < rows; r++)
        for (unsigned c = 0; c < cols; c++) {
            add_counts(by_row[r], tiles[r * cols + c], span);
            add_counts(by_col[c], tiles[r * cols + c], span);
        }
}

/* Chooses groups and tables for the symbols of the sample. */
pc_status pc_choose_groups(pc_tensor_encoder *e, pc_sample *s)
{
    pc_tensor_model *m = &e->model;
    const pc_effort effort = pc_effort_of(e->level);
    unsigned rows = m->flags & PC_FRAME_SPARSE || s->rows < 2 * effort.row_groups ? 1 : effort.row_groups;
    unsigned cols = m->flags & PC_FRAME_SPARSE || s->cols < 4 * effort.col_groups ? 1 : effort.col_groups;
    /* A chunk's rows of one group are transposed in strips: with few rows, few groups. */
    while (rows > 1 && cols > 1 && m->chunk_rows / rows < LEAST_STRIP) rows /= 2;

    size_t n_tiles = (size_t)rows * cols;
    uint32_t (*tiles)[256] = pc_alloc((n_tiles + rows + cols + 1) * sizeof *tiles);
    plan *plans = pc_alloc(4 * sizeof *plans);
    if (tiles == NULL || plans == NULL) {
        pc_free(tiles);
        pc_free(plans);
        return PC_ERR_MEMORY;
    }
    uint32_t (*by_row)[256] = tiles + n_tiles, (*by_col)[256] = by_row + rows, (*whole)[256] = by_col + cols;
    if (rows > 1) rank_rows(e, s, rows);
    if (cols > 1) rank_cols(m, s, cols);
    memset(tiles, 0, n_tiles * sizeof *tiles);
    count_tiles(e, s, rows, cols, tiles);
    fold(tiles, rows, cols, s->span, by_row, by_col);
    memset(whole, 0, sizeof *whole);
    for (unsigned r = 0; r < rows; r++) add_counts(*whole, by_row[r], s->span);

    plan *best = &plans[0];
    price(e, s, 1, 1, whole, &plans[0]);
    if (rows > 1) {
        price(e, s, rows, 1, by_row, &plans[1]);
        if (plans[1].bits < best->bits) best = &plans[1];
    }
    if (cols > 1) {
        plan *grouped = &plans[2];
        price(e, s, 1, cols, by_col, grouped);
        if (rows > 1) {
            price(e, s, rows, cols, tiles, &plans[3]);
            if (plans[3].bits < grouped->bits) grouped = &plans[3];
        }
        if (grouped->bits + best->bits / COLUMN_GAIN < best->bits) best = grouped;
    }
    m->row_groups = best->row_groups;
    m->col_groups = best->col_groups;
    m->n_tables = best->n_tables;
    memcpy(m->tile_table, best->table_of, sizeof m->tile_table);
    memcpy(e->counts, best->counts, sizeof e->counts);
    if (m->col_groups > 1)
        for (size_t c = 0; c < s->cols; c++) m->cols_in_group[m->col_group[c]]++;
    pc_free(tiles);
    pc_free(plans);
    return PC_OK;
}
