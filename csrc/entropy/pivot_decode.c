/* Level-ordered Huffman, decoding: merge from the leaves up. See pivot_common.h.
 *
 * A node's upper list is decoded into the tail of its own output and its lower list into workspace;
 * the merge then writes the output from the front. It never overtakes what it has yet to read: after i
 * symbols with p ones, it has written i bytes and next reads the upper list at n - ones + p >= i,
 * because at most n - ones of the symbols so far were zeros. */
#include "entropy/pivot_common.h"

#include <string.h>

#include "bitio/bits.h"

#define LIST_BYTES (PC_PIVOT_PIECE + PC_SLACK)

size_t pc_pivot_decode_workspace(void)
{
    /* In the worst tree every level keeps the whole piece in its lower list. */
    return PC_PIVOT_MAX_DEPTH * (size_t)LIST_BYTES;
}

typedef struct reader {
    const pc_kernels *k;
    const pc_pivot_code *code;
    const uint8_t *next, *end;
} reader;

/* Takes size bytes, or returns NULL when the input has fewer. */
static const uint8_t *take(reader *in, size_t size)
{
    if ((size_t)(in->end - in->next) < size) return NULL;
    const uint8_t *at = in->next;
    in->next += size;
    return at;
}

static pc_status decode_node(reader *in, unsigned node, uint8_t *dst, size_t n, uint8_t *free_space)
{
    const pc_pivot_node *self = &in->code->nodes[node];
    if (n == 0) return PC_OK;
    if (self->leaf) {
        const uint8_t *symbols = in->code->symbol + self->first;
        if (self->width == 0) {
            memset(dst, symbols[0], n);
            return PC_OK;
        }
        const uint8_t *packed = take(in, pc_bits_size(n, self->width));
        if (packed == NULL) return PC_ERR_TRUNCATED;
        in->k->bits_unpack(packed, n, self->width, symbols, dst);
        return PC_OK;
    }
    const uint8_t *mask = take(in, pc_ceil_div(n, 8));
    if (mask == NULL) return PC_ERR_TRUNCATED;
    size_t ones = in->k->pivot_ones(mask, n), zeros = n - ones;

    uint8_t *lower = free_space, *upper = dst + zeros;
    pc_status status = decode_node(in, node + 1, lower, zeros, free_space + zeros + PC_SLACK);
    if (status != PC_OK) return status;
    status = decode_node(in, self->upper, upper, ones, free_space + zeros + PC_SLACK);
    if (status != PC_OK) return status;
    in->k->pivot_merge(mask, n, lower, upper, dst);
    return PC_OK;
}

pc_status pc_pivot_decode(const pc_kernels *k, const pc_pivot_code *code, const uint8_t *src, size_t src_len,
                          size_t *src_used, uint8_t *dst, size_t n, void *workspace)
{
    reader in = {k, code, src, src + src_len};
    if (code->n_symbols == 0 && n != 0) return PC_ERR_CORRUPT;
    for (size_t start = 0; start < n; start += PC_PIVOT_PIECE) {
        size_t count = PC_MIN((size_t)PC_PIVOT_PIECE, n - start);
        pc_status status = decode_node(&in, 0, dst + start, count, workspace);
        if (status != PC_OK) return status;
    }
    *src_used = (size_t)(in.next - src);
    return PC_OK;
}
