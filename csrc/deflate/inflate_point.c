/* Points in a stream from which decoding can begin: see pycomp/inflate_span.h. */
#include "pycomp/inflate_span.h"

#include "deflate/inflate_common.h"

/* With a byte at a time the decoder stops soon after the end of a block: either it lacks the three bits of
 * the next header, or it has read them and lacks the 14 that follow in a block with codes of its own. Both
 * tell where the header began. */
enum { HEADER_BITS = 3 };

static int at_block(const pc_inflate *s, unsigned mode_before, unsigned *bits)
{
    int inside = mode_before >= MODE_BLOCK && mode_before <= MODE_COUNTS;
    *bits = s->bits;
    if (s->mode == MODE_BLOCK) return mode_before != MODE_BLOCK;
    *bits = s->bits + HEADER_BITS;
    return s->mode == MODE_COUNTS && (!inside || mode_before == MODE_STORED) && *bits < 8;
}

pc_inflate_state pc_inflate_to_block(const pc_kernels *kernels, pc_inflate *s, const uint8_t **src,
                                     const uint8_t *src_end, uint8_t *dst_begin, uint8_t **dst,
                                     uint8_t *dst_end, int *found, unsigned *bits)
{
    pc_inflate_state state = PC_INFLATE_INPUT;
    *found = 0;
    do {
        unsigned before = s->mode;
        const uint8_t *next = *src < src_end ? *src + 1 : src_end;
        state = pc_inflate_run(kernels, s, src, next, dst_begin, dst, dst_end);
        *found = state == PC_INFLATE_INPUT && at_block(s, before, bits);
    } while (state == PC_INFLATE_INPUT && !*found && *src < src_end);
    return state;
}
