/* DEFLATE compression: the first four bytes choose level, wrapper, window, memory, strategy and where the
 * input is cut; the rest is compressed. What comes out must decode to it, and be the same on every tier and
 * for calls of any size. */
#include "pycomp/deflate.h"
#include "pycomp/inflate.h"
#include "tiers.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static size_t in_pieces(const pc_kernels *k, const pc_deflate_params *p, const uint8_t *src, size_t n,
                        size_t step, uint8_t *dst, size_t cap)
{
    pc_deflate *s = (pc_deflate *)(void *)fuzz_block(pc_deflate_size(p));
    const uint8_t *in = src, *src_end = src + n;
    uint8_t *out = dst;
    MUST(pc_deflate_init(s, p) == PC_OK);
    for (int done = 0; !done;) {
        const uint8_t *end = in + smaller(step, (size_t)(src_end - in));
        uint8_t *room = out + smaller(step + 3, (size_t)(dst + cap - out));
        int last = end == src_end;
        MUST(pc_deflate_run(k, s, &in, end, &out, room, last ? PC_FINISH : PC_NO_FLUSH, &done) == PC_OK);
        if (!last) done = 0;
    }
    free(s);
    return (size_t)(out - dst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels tiers[3];
    int count = fuzz_tiers(tiers);
    if (size < 4) return 0;
    pc_deflate_params p = {data[0] % 13, (pc_wrap)(data[0] / 13 % 3), 9 + data[1] % 7u, 1 + data[1] / 7u % 9,
                           data[2] % 5};
    size_t n = size - 4, cap = pc_deflate_bound(&p, n), len = 0, used = 0, got = 0, step = 1 + data[3] * 13u;
    const uint8_t *src = data + 4;
    uint8_t *first = fuzz_block(cap), *other = fuzz_block(cap), *back = fuzz_block(n + 1);
    for (int i = 0; i < count; i++) {
        pc_deflate *s = (pc_deflate *)(void *)fuzz_block(pc_deflate_size(&p));
        MUST(pc_deflate_whole(&tiers[i], s, &p, src, n, i == 0 ? first : other, cap, &got) == PC_OK);
        if (i == 0)
            len = got;
        else
            MUST(got == len && memcmp(first, other, len) == 0);
        free(s);
    }
    MUST(in_pieces(&tiers[count - 1], &p, src, n, step, other, cap) == len && memcmp(first, other, len) == 0);
    pc_inflate *reader = (pc_inflate *)(void *)fuzz_block(pc_inflate_size());
    MUST(pc_inflate_whole(&tiers[0], reader, p.wrap, first, len, &used, back, n + 1, &got) == PC_OK);
    MUST(used == len && got == n && memcmp(back, src, n) == 0);
    free(reader);
    free(back);
    free(other);
    free(first);
    return 0;
}
