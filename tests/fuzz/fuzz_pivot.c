/* Level-ordered Huffman. The input is a code and then bits: the code's splits (each byte splits one leaf of
 * a tree of two), a count, and the stream. Every tier decodes to the same verdict and symbols; whatever
 * decodes is coded again, equal on every tier, and comes back. */
#include "base/limits.h"
#include "pycomp/pivot.h"
#include "tiers.h"

enum { MOST = 70000 };

typedef struct parts {
    const uint8_t *next, *end;
} parts;

static unsigned take(parts *in) { return in->next < in->end ? *in->next++ : 0u; }

/* Lengths of a complete code, from the order in which leaves are split. */
static void read_lengths(parts *in, uint8_t lengths[256])
{
    unsigned live = 2, splits = take(in) % 255;
    memset(lengths, 0, 256);
    lengths[0] = lengths[1] = 1;
    for (; splits > 0; splits--) {
        unsigned s = take(in) % live;
        if (lengths[s] < PC_PIVOT_MAX_DEPTH) lengths[live++] = ++lengths[s];
    }
}

static void check_encode(const pc_kernels *tiers, int n_tiers, const pc_pivot_code *code,
                         const uint8_t *symbols, size_t n)
{
    size_t cap = pc_pivot_bound(n) + PC_SLACK, first_size = 0;
    uint8_t *first = fuzz_block(cap), *dst = fuzz_block(cap),
            *workspace = fuzz_block(pc_pivot_encode_workspace());
    uint8_t *decoder_space = fuzz_block(pc_pivot_decode_workspace()), *back = fuzz_block(n + PC_SLACK);
    for (int t = 0; t < n_tiers; t++) {
        size_t size = 0, used = 0;
        MUST(pc_pivot_encode(&tiers[t], code, symbols, n, dst, cap, &size, workspace) == PC_OK);
        if (t == 0) memcpy(first, dst, first_size = size);
        MUST(size == first_size && memcmp(first, dst, size) == 0);
        MUST(pc_pivot_decode(&tiers[t], code, dst, size, &used, back, n, decoder_space) == PC_OK &&
             used == size);
        MUST(memcmp(back, symbols, n) == 0);
    }
    free(first), free(dst), free(workspace), free(decoder_space), free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pc_pivot_code code;
    pc_kernels tiers[3];
    int n_tiers = fuzz_tiers(tiers);
    parts in = {data, data + size};
    uint8_t lengths[256];
    read_lengths(&in, lengths);
    MUST(pc_pivot_build(&code, lengths) == PC_OK);
    size_t n = (take(&in) | take(&in) << 8 | take(&in) << 16) % MOST, left = (size_t)(in.end - in.next);
    uint8_t *src = fuzz_block(left + PC_SLACK), *workspace = fuzz_block(pc_pivot_decode_workspace());
    uint8_t *first = fuzz_block(n + PC_SLACK), *dst = fuzz_block(n + PC_SLACK);
    if (left != 0) memcpy(src, in.next, left);
    size_t used = 0, first_used = 0;
    pc_status status = PC_OK;
    for (int t = 0; t < n_tiers; t++) {
        memset(src + left, 0x55 * t, PC_SLACK); /* what lies behind must not matter */
        pc_status found = pc_pivot_decode(&tiers[t], &code, src, left, &used, dst, n, workspace);
        if (t == 0) {
            status = found, first_used = used;
            memcpy(first, dst, n);
        }
        MUST(found == status && (found == PC_OK || found == PC_ERR_TRUNCATED));
        if (found == PC_OK) MUST(used == first_used && used <= left && memcmp(first, dst, n) == 0);
    }
    if (status == PC_OK) check_encode(tiers, n_tiers, &code, dst, n);
    free(src), free(workspace), free(first), free(dst);
    return 0;
}
