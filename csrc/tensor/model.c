/* Geometry of a frame and of its chunks; see model.h. */
#include "tensor/model.h"

#include <string.h>

#include "base/alloc.h"
#include "pycomp/mix.h"
#include "tensor/section.h"

/* Elements of the row that the codec works with. A caller's row is kept when it is of a useful length;
 * short arrays are one row; anything else is cut into virtual rows, so that at least the scale of
 * neighbourhoods is seen. */
static size_t choose_cols(uint64_t n, size_t hint)
{
    if (n <= PC_MIN_COLS) return (size_t)n;
    if (hint >= PC_MIN_COLS && hint <= PC_MAX_COLS && hint <= n) return hint;
    if (hint > 1 && hint < PC_MIN_COLS && n > PC_VIRTUAL_COLS) /* whole narrow rows side by side */
        return pc_round_up(PC_MIN_COLS, hint);
    return n <= PC_VIRTUAL_COLS ? (size_t)n : PC_VIRTUAL_COLS;
}

pc_status pc_model_shape(pc_tensor_model *m, uint64_t size, pc_dtype dtype, size_t cols, int exact)
{
    m->traits = pc_dtype_find((unsigned)dtype);
    if (m->traits == NULL) return PC_ERR_UNSUPPORTED;
    uint64_t n = size / m->traits->size;
    if (size % m->traits->size != 0) return PC_ERR_PARAM;
    if (exact && (cols > PC_CHUNK_ELEMENTS || cols > n || (cols == 0) != (n == 0))) return PC_ERR_CORRUPT;
    if (!exact) cols = choose_cols(n, cols);

    m->rows = n == 0 ? 0 : n / cols;
    m->tail = n == 0 ? 0 : (size_t)(n % cols);
    m->chunk_rows = n == 0 ? 1 : PC_MAX((size_t)PC_CHUNK_ELEMENTS / cols, (size_t)1);
    uint64_t chunks = m->rows / m->chunk_rows + (m->rows % m->chunk_rows != 0);
    if (chunks > SIZE_MAX / 64) return PC_ERR_LIMIT;

    size_t elements = m->chunk_rows * cols + m->tail;
    if (elements > n) elements = (size_t)n;
    m->info = (pc_tensor_info){
        .dtype = dtype,
        .size = size,
        .cols = cols,
        .chunk_bytes = PC_MIN(m->chunk_rows * cols, elements) * m->traits->size,
        .chunks = (size_t)chunks,
        /* Coded lists at their worst (15 bits a symbol and padding) beside mids, lows and side
         * information; what comes out larger than the elements themselves is stored instead. */
        .chunk_bound = PC_CHUNK_HEAD + elements * (m->traits->size + 1u) + 2 * pc_pivot_bound(elements) +
                       8 * (PC_SECTION_SIDE + m->chunk_rows) + 4 * PC_SLACK,
    };
    return PC_OK;
}

size_t pc_tensor_chunk_size(const pc_tensor_info *info, size_t chunk)
{
    if (chunk + 1 < info->chunks) return info->chunk_bytes;
    return (size_t)(info->size - (uint64_t)info->chunk_bytes * chunk);
}

size_t pc_tensor_encode_reach(const pc_tensor_info *info, size_t first, size_t count)
{
    size_t last, begin, reach;
    if (count == 0) return 0;
    /* Where the last chunk may begin: behind the others stored as they are. */
    last = first + count - 1;
    begin = (last - first) * (info->chunk_bytes + PC_CHUNK_HEAD);
    return pc_add_size(begin, info->chunk_bound, &reach) ? reach : SIZE_MAX;
}

pc_chunk_shape pc_model_chunk(const pc_tensor_model *m, size_t chunk)
{
    pc_chunk_shape shape = {m->chunk_rows, 0, 0};
    if (chunk + 1 == m->info.chunks) {
        shape.rows = (size_t)(m->rows - (uint64_t)chunk * m->chunk_rows);
        shape.tail = m->tail;
    }
    shape.elements = shape.rows * m->info.cols + shape.tail;
    return shape;
}

void pc_model_tiles(const pc_tensor_model *m, const size_t *rows_in_group, size_t cols, pc_tile_map *map)
{
    size_t at = 0;
    for (unsigned t = 0; t < m->n_tables; t++) {
        for (unsigned r = 0; r < m->row_groups; r++)
            for (unsigned c = 0; c < m->col_groups; c++) {
                unsigned tile = r * m->col_groups + c;
                if (m->tile_table[tile] != t) continue;
                map->start[tile] = at;
                at += rows_in_group[r] * (m->col_groups == 1 ? cols : m->cols_in_group[c]);
            }
        map->table_end[t] = at;
    }
}

int pc_model_rank_columns(pc_tensor_model *m)
{
    pc_free(m->col_rank);
    m->col_rank = pc_alloc(m->info.cols * sizeof *m->col_rank);
    if (m->col_rank == NULL) return 0;
    memset(m->cols_in_group, 0, sizeof m->cols_in_group);
    for (size_t c = 0; c < m->info.cols; c++) m->col_rank[c] = (uint32_t)m->cols_in_group[m->col_group[c]]++;
    return 1;
}

void pc_model_offsets(const pc_tensor_model *m, const pc_tile_map *map, unsigned row_group,
                      size_t rows_in_group, uint32_t *offsets)
{
    uint32_t start[PC_MAX_GROUPS], height = (uint32_t)rows_in_group;
    for (unsigned c = 0; c < m->col_groups; c++)
        start[c] = (uint32_t)map->start[row_group * m->col_groups + c];
    for (size_t c = 0; c < m->info.cols; c++) offsets[c] = start[m->col_group[c]] + m->col_rank[c] * height;
}

/* Hands out aligned parts of a block, or only adds up their sizes when block is NULL. */
typedef struct cutter {
    uint8_t *block;
    size_t used;
} cutter;

static void *cut(cutter *c, size_t size)
{
    void *part = c->block != NULL ? c->block + c->used : NULL;
    c->used += pc_round_up(size, PC_ALIGNMENT) + PC_SLACK;
    return part;
}

static size_t cut_all(const pc_tensor_model *m, uint8_t *block, pc_chunk_space *space)
{
    cutter c = {block, 0};
    size_t n = m->chunk_rows * m->info.cols + m->tail, rows = m->chunk_rows + 1;
    if (n * m->traits->size > m->info.size) n = (size_t)(m->info.size / m->traits->size);
    space->symbols = cut(&c, n);
    space->list = cut(&c, n);
    space->mids = cut(&c, n);
    space->lows = cut(&c, m->method == PC_METHOD_FLOAT ? n * ((m->layout.low_bits + 7u) / 8u) : 0);
    space->elements = cut(&c, n * m->traits->size);
    space->row_kind = cut(&c, rows);
    space->row_group = cut(&c, rows);
    space->slack = cut(&c, m->info.chunk_bound);
    space->side = cut(&c, n / 8 + 1); /* one bit an element, or 6 bytes for one in 48 */
    space->offsets = cut(&c, m->info.cols * sizeof(uint32_t));
    space->live_row = cut(&c, rows * sizeof(uint32_t));
    space->order = cut(&c, rows * sizeof(uint32_t));
    space->gaps = cut(&c, m->method == PC_METHOD_BASE ? 2 * (n + 1) * sizeof(uint32_t) : 0);
    size_t mix = m->coder == PC_CODER_MIX ? pc_mix_workspace(m->info.cols) : 0;
    space->coder = cut(&c, PC_MAX(pc_section_workspace(), mix));
    return c.used;
}

size_t pc_chunk_space_size(const pc_tensor_model *m)
{
    pc_chunk_space space;
    return cut_all(m, NULL, &space) + PC_ALIGNMENT;
}

void pc_chunk_space_cut(const pc_tensor_model *m, void *workspace, pc_chunk_space *space)
{
    uintptr_t start = ((uintptr_t)workspace + PC_ALIGNMENT - 1) & ~(uintptr_t)(PC_ALIGNMENT - 1);
    cut_all(m, (uint8_t *)start, space);
}
