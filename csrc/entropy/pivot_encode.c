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

pc_status pc_pivot_encode(const pc_kernels *k, const pc_pivot_code *code, const uint8_t *src, size_t n,
                          uint8_t *dst, size_t dst_cap, size_t *dst_len, void *workspace)
{
    if (dst_cap < pc_pivot_bound(n) || dst_cap - pc_pivot_bound(n) < PC_SLACK) return PC_ERR_DST_SIZE;
    uint8_t *list = workspace, *end = dst;
    for (size_t start = 0; start < n; start += PC_PIVOT_PIECE) {
        size_t count = PC_MIN((size_t)PC_PIVOT_PIECE, n - start);
        k->map_u8(src + start, count, code->rank, list);
        end = encode_node(k, code, 0, list, count, end, list + LIST_BYTES);
    }
    *dst_len = (size_t)(end - dst);
    return PC_OK;
}
