/* From code lengths to the tree of flat leaves (see pivot_common.h).
 *
 * Leaves are sorted by depth and placed from the left as canonical codes are: the Kraft sum of the
 * leaves equals that of the symbols, so they fill a binary tree exactly. */
#include "entropy/pivot_common.h"

#include <string.h>

#include "pycomp/huffman.h"

typedef struct leaf {
    uint8_t depth, width, first;
} leaf;

/* Cuts each length's symbols into complete subtrees, and lists the leaves by depth. Ranks follow the
 * same order: by leaf, then by symbol value. Within a length, ascending symbols fill the widest leaf
 * first. */
static unsigned cut_leaves(pc_pivot_code *code, leaf leaves[PC_PIVOT_MAX_LEAVES])
{
    uint8_t by_length[256];
    unsigned start[PC_PIVOT_MAX_DEPTH + 2] = {0}, n_leaves = 0, rank = 0;
    for (unsigned s = 0; s < 256; s++) start[code->lengths[s] + 1]++;
    start[1] = 0; /* absent symbols, length 0, have no place */
    for (unsigned l = 2; l <= PC_PIVOT_MAX_DEPTH + 1; l++) start[l] += start[l - 1];
    unsigned fill[PC_PIVOT_MAX_DEPTH + 1];
    memcpy(fill, start, sizeof fill);
    for (unsigned s = 0; s < 256; s++)
        if (code->lengths[s]) by_length[fill[code->lengths[s]]++] = (uint8_t)s;

    for (unsigned depth = 0; depth <= PC_PIVOT_MAX_DEPTH; depth++)
        for (unsigned length = depth; length <= PC_PIVOT_MAX_DEPTH && length <= depth + 8; length++) {
            unsigned width = length - depth;
            unsigned count = length == 0 ? 0 : start[length + 1] - start[length];
            if (!(count >> width & 1)) continue;
            /* The wider leaves of this length come first: they own the count's higher bits. */
            unsigned skip = count >> (width + 1) << (width + 1);
            leaves[n_leaves++] = (leaf){(uint8_t)depth, (uint8_t)width, (uint8_t)rank};
            for (unsigned i = 0; i < 1u << width; i++) {
                uint8_t symbol = by_length[start[length] + skip + i];
                code->rank[symbol] = (uint8_t)rank;
                code->symbol[rank++] = symbol;
            }
        }
    code->n_symbols = rank;
    return n_leaves;
}

/* Writes the subtree at `depth` in preorder, taking leaves in order; returns its node number. */
static unsigned place(pc_pivot_code *code, const leaf *leaves, unsigned *next, unsigned depth)
{
    unsigned self = code->n_nodes++;
    const leaf *l = &leaves[*next];
    if (l->depth == depth) {
        code->nodes[self] = (pc_pivot_node){.leaf = 1, .width = l->width, .first = l->first};
        ++*next;
        return self;
    }
    place(code, leaves, next, depth + 1);
    uint8_t threshold = leaves[*next].first;
    unsigned upper = place(code, leaves, next, depth + 1);
    code->nodes[self] = (pc_pivot_node){.first = threshold, .upper = (uint8_t)upper};
    return self;
}

pc_status pc_pivot_build(pc_pivot_code *code, const uint8_t lengths[256])
{
    if (!pc_huffman_lengths_valid(lengths)) return PC_ERR_CORRUPT;
    memset(code, 0, sizeof *code);
    memcpy(code->lengths, lengths, 256);

    unsigned live = 0, last = 0;
    for (unsigned s = 0; s < 256; s++)
        if (lengths[s]) live++, last = s;
    if (live <= 1) { /* one symbol costs nothing: a single leaf of width 0 (none: symbol 0, never coded) */
        code->symbol[0] = (uint8_t)last;
        code->nodes[0] = (pc_pivot_node){.leaf = 1};
        code->n_nodes = 1;
        code->n_symbols = live;
        return PC_OK;
    }
    leaf leaves[PC_PIVOT_MAX_LEAVES];
    unsigned next = 0;
    cut_leaves(code, leaves);
    place(code, leaves, &next, 0);
    return PC_OK;
}

size_t pc_pivot_bound(size_t n)
{
    /* Each of a piece's nodes rounds up to eight symbols of at most 8 bits, or one mask byte. */
    size_t per_piece = PC_PIVOT_MAX_LEAVES * 8 + PC_PIVOT_MAX_LEAVES;
    size_t pieces = pc_ceil_div(n, PC_PIVOT_PIECE);
    return n / 8 * PC_PIVOT_MAX_DEPTH + PC_PIVOT_MAX_DEPTH + pieces * per_piece;
}
