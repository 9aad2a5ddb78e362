/* The inflater on any bytes: whole and in pieces, on every tier, must agree on verdict, text and output.
 * The first byte chooses the wrapping and how the pieces are cut, the rest is the stream. */
#include "pycomp/inflate.h"
#include "tiers.h"

enum { ROOM = 1 << 17 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[4] = {1, 7, 300, 40000};
    if (size < 1) return 0;
    pc_wrap wrap = (pc_wrap)(data[0] & 3);
    size_t step_in = steps[data[0] >> 2 & 3], step_out = steps[data[0] >> 4 & 3], n = --size;
    uint8_t *src = fuzz_block(n), *whole = fuzz_block(ROOM), *out = fuzz_block(ROOM);
    pc_inflate *state = (pc_inflate *)(void *)fuzz_block(pc_inflate_size());
    pc_kernels tiers[3];
    int n_tiers = fuzz_tiers(tiers);
    memcpy(src, data + 1, n);
    for (int tier = 0; tier < n_tiers; tier++) {
        const pc_kernels *kernels = &tiers[tier];
        size_t used, len, at = 0, made = 0;
        pc_status status = pc_inflate_whole(kernels, state, wrap, src, n, &used, whole, ROOM, &len);
        const char *message = pc_inflate_message(state);
        pc_inflate_state stop;
        MUST(pc_inflate_init(state, wrap, 0) == PC_OK);
        do {
            size_t in = n - at < step_in ? n - at : step_in,
                   room = ROOM - made < step_out ? ROOM - made : step_out;
            uint8_t *piece = fuzz_block(room), *dst = piece, *from = fuzz_block(in);
            const uint8_t *cursor = from;
            memcpy(from, src + at, in);
            stop = pc_inflate_run(kernels, state, &cursor, from + in, piece, &dst, piece + room);
            pc_inflate_keep(state, piece, dst);
            memcpy(out + made, piece, (size_t)(dst - piece));
            at += (size_t)(cursor - from);
            made += (size_t)(dst - piece);
            free(piece);
            free(from);
        } while ((stop == PC_INFLATE_INPUT && at < n) || (stop == PC_INFLATE_OUTPUT && made < ROOM));
        MUST((status == PC_OK) == (stop == PC_INFLATE_END) && message == pc_inflate_message(state));
        if (message == NULL) MUST(len == made && used == at && memcmp(whole, out, len) == 0);
    }
    free(src);
    free(whole);
    free(out);
    free(state);
    return 0;
}
