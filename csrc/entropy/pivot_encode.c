/* Level-ordered Huffman, encoding: partition from the root down. See pivot_common.h.
 *
 * The ranks of a piece stand in one list. A node writes its mask, keeps the lower ranks in place and
 * moves the upper ones to free workspace. Where all ranks go up at level after level, each level holds the
 * whole piece once more. */
#include "entropy/pivot_common.h"

#include "bitio/bits.h"

#define LIST_BYTES (PC_PIVOT_PIECE + PC_SLACK)

size_t pc_pivot_encode_workspace(void) { return (PC_PIVOT_MAX_DEPTH + 1) * (size_t)LIST_BYTES; }

/* Codes the subtree at `node` for the n ranks of list; free_space holds n bytes and slack. */
static uint8_t *encode_node(const pc_kernels *k, const pc_pivot_code *code, unsigned node, uint8_t *list,
                            size_t n, uint8_t *dst, uint8_t *free_space)
{
    const pc_pivot_node *self = &code->nodes[node];
    if (n == 0) return dst;
    if (self->leaf) {
        if (self->width == 0) return dst;
        k->bits_pack(list, n, self->width, self->first, dst);
        return dst + pc_bits_size(n, self->width);
    }
    size_t kept = k->pivot_partition(list, n, self->first, dst, free_space);
    dst = encode_node(k, code, node + 1, list, kept, dst + pc_ceil_div(n, 8),
                      free_space + (n - kept) + PC_SLACK);
    return encode_node(k, code, self->upper, free_space, n - kept, dst, free_space + (n - kept) + PC_SLACK);
}

/* Where the next rank comes from: a row, and a column of it. */
typedef struct place {
    size_t row, col;
} place;

/* The next n ranks to list, which has slack behind them. */
static void take_ranks(const pc_kernels *k, const pc_pivot_code *code, const pc_pivot_rows *rows, place *at,
                       size_t n, uint8_t *list)
{
    for (size_t take; n != 0; n -= take, list += take) {
        const uint8_t *row = rows->src + (rows->order == NULL ? at->row : rows->order[at->row]) * rows->cols;
        take = PC_MIN(n, rows->cols - at->col);
        k->map_u8(row + at->col, take, code->rank, list);
        at->col += take;
        if (at->col == rows->cols) *at = (place){at->row + 1, 0};
    }
}

pc_status pc_pivot_encode_rows(const pc_kernels *k, const pc_pivot_code *code, const pc_pivot_rows *rows,
                               uint8_t *dst, size_t dst_cap, size_t *dst_len, void *workspace)
{
    size_t n = rows->n * rows->cols;
    if (dst_cap < pc_pivot_bound(n) || dst_cap - pc_pivot_bound(n) < PC_SLACK) return PC_ERR_DST_SIZE;
    uint8_t *list = workspace, *end = dst;
    place at = {0, 0};
    for (size_t start = 0; start < n; start += PC_PIVOT_PIECE) {
        size_t count = PC_MIN((size_t)PC_PIVOT_PIECE, n - start);
        take_ranks(k, code, rows, &at, count, list);
        end = encode_node(k, code, 0, list, count, end, list + LIST_BYTES);
    }
    *dst_len = (size_t)(end - dst);
    return PC_OK;
}

pc_status pc_pivot_encode(const pc_kernels *k, const pc_pivot_code *code, const uint8_t *src, size_t n,
                          uint8_t *dst, size_t dst_cap, size_t *dst_len, void *workspace)
{
    const pc_pivot_rows all = {src, n, 1, NULL};
    return pc_pivot_encode_rows(k, code, &all, dst, dst_cap, dst_len, workspace);
}
