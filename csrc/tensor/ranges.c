/* Which symbols occur at all.
 *
 * Twelve-bit frequencies have no room for symbols that might turn up, so rANS wants to know which do; and of
 * bytes, such as truth values, often few do. The whole array is looked through for the lowest and the highest
 * symbol, 0 aside, of each row group's columns. That reads as much as coding does, so it is shared among
 * threads where there are any: minima and maxima do not ask in which order they are taken. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/mem.h"
#include "tensor/sample.h"

enum { JOB_ELEMENTS = 1 << 18 };

/* A worker's room: the extremes by row group and column, and what one row is split into. */
typedef struct room {
    uint8_t *low, *high;
    pc_sample row;
} room;

typedef struct scan {
    const pc_tensor_encoder *e;
    room *rooms;
    uint64_t rows_each;
} scan;

static void scan_job(void *context, size_t job, unsigned worker)
{
    const scan *a = context;
    const pc_tensor_model *m = &a->e->model;
    const pc_kernels *k = &a->e->kernels;
    const room *w = &a->rooms[worker];
    size_t cols = m->info.cols;
    uint64_t end = PC_MIN(m->rows, (job + 1) * a->rows_each);
    for (uint64_t r = job * a->rows_each; r < end; r++) {
        pc_split_facts facts = {0, ~(uint64_t)0, 0};
        pc_sample_split(a->e, a->e->data + r * cols * m->traits->size, &w->row, w->row.symbols, &facts);
        unsigned group = m->row_groups == 1 ? 0 : pc_row_group(a->e, k->sum_u8(w->row.symbols, cols));
        k->widen_u8(w->row.symbols, cols, w->low + group * cols, w->high + group * cols);
    }
}

/* Counts what the sample missed of each table's range as if it had come once; symbol 0 always. */
static void fill(pc_tensor_encoder *e, const uint8_t *low, const uint8_t *high)
{
    const pc_tensor_model *m = &e->model;
    size_t cols = m->info.cols;
    uint8_t first[PC_MAX_TABLES], last[PC_MAX_TABLES] = {0};
    memset(first, 255, sizeof first);
    for (unsigned g = 0; g < m->row_groups; g++)
        for (size_t c = 0; c < cols; c++) {
            unsigned t = m->tile_table[g * m->col_groups + (m->col_groups > 1 ? m->col_group[c] : 0)];
            first[t] = PC_MIN(first[t], low[g * cols + c]);
            last[t] = PC_MAX(last[t], high[g * cols + c]);
        }
    for (unsigned t = 0; t < m->n_tables; t++) {
        e->counts[t][0] += e->counts[t][0] == 0;
        for (unsigned v = first[t] + 1u; v <= last[t]; v++) e->counts[t][v] += e->counts[t][v] == 0;
    }
}

pc_status pc_sample_ranges(pc_tensor_encoder *e)
{
    const pc_tensor_model *m = &e->model;
    size_t cols = m->info.cols, n = m->row_groups * cols, line = pc_round_up(cols, 64) + PC_SLACK;
    size_t lows = 8 * cols + PC_SLACK, size = pc_round_up(2 * n + 2 * line + lows, PC_ALIGNMENT), all;
    scan a = {.e = e, .rows_each = PC_MAX((uint64_t)JOB_ELEMENTS / cols, (uint64_t)1)};
    size_t jobs = (size_t)pc_ceil_div(m->rows, a.rows_each);
    unsigned workers = e->runner == NULL ? 1 : (unsigned)PC_MIN((size_t)e->runner->threads, jobs);
    if (!pc_mul_size(workers, size + sizeof *a.rooms, &all)) return PC_ERR_MEMORY;
    uint8_t *block = pc_alloc(all);
    if (block == NULL) return PC_ERR_MEMORY;
    a.rooms = (room *)(void *)(block + workers * size);
    for (unsigned w = 0; w < workers; w++) {
        uint8_t *own = block + w * size, *symbols = own + 2 * n;
        memset(own, 255, n);
        memset(own + n, 0, n);
        a.rooms[w] = (room){own, own + n, {.cols = cols, .symbols = symbols, .mids = symbols + line}};
        a.rooms[w].row.lows = symbols + 2 * line;
    }
    if (workers > 1)
        e->runner->run(workers, jobs, scan_job, &a);
    else
        for (size_t job = 0; job < jobs; job++) scan_job(&a, job, 0);
    uint8_t *low = a.rooms[0].low, *high = a.rooms[0].high;
    for (unsigned w = 1; w < workers; w++)
        for (size_t i = 0; i < n; i++) {
            low[i] = PC_MIN(low[i], a.rooms[w].low[i]);
            high[i] = PC_MAX(high[i], a.rooms[w].high[i]);
        }
    fill(e, low, high);
    pc_free(block);
    return PC_OK;
}
