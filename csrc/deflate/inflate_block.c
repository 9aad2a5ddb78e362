/* Block headers, element by element: each is decoded whole or not at all, so that the input may end anywhere.
 * RFC 1951, 3.2.3 to 3.2.7; the order of the checks is zlib's. */
#include "deflate/inflate_common.h"

#define PEEK(n) ((unsigned)io->hold & ((1u << (n)) - 1))

static inflate_step begin_block(pc_inflate *s, inflate_io *io)
{
    if (s->last) {
        s->mode = MODE_TRAILER;
        return STEP_ON;
    }
    INFLATE_NEED(3);
    s->last = (uint8_t)PEEK(1);
    unsigned type = PEEK(3) >> 1;
    inflate_drop(io, 3);
    switch (type) {
    case PC_BLOCK_STORED:
        inflate_drop(io, io->bits & 7);
        s->mode = MODE_STORED_SIZE;
        return STEP_ON;
    case PC_BLOCK_FIXED:
        pc_inflate_build_fixed(s);
        s->mode = MODE_CODES;
        return STEP_ON;
    case PC_BLOCK_DYNAMIC: s->mode = MODE_COUNTS; return STEP_ON;
    default: return inflate_fail(s, INFLATE_BAD_BLOCK);
    }
}

static inflate_step read_stored_size(pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(32);
    uint32_t sizes = (uint32_t)io->hold;
    if ((sizes & 0xffff) != (~sizes >> 16)) return inflate_fail(s, INFLATE_BAD_STORED);
    inflate_drop(io, 32);
    inflate_give_back(io);
    s->length = sizes & 0xffff;
    s->mode = MODE_STORED;
    return STEP_ON;
}

static inflate_step copy_stored(pc_inflate *s, inflate_io *io)
{
    size_t n = PC_MIN((size_t)s->length, (size_t)(io->dst_end - io->dst));
    n = PC_MIN(n, (size_t)(io->src_end - io->src));
    if (n > 0) memcpy(io->dst, io->src, n);
    io->src += n;
    io->dst += n;
    s->length -= (uint32_t)n;
    if (s->length > 0) return io->dst == io->dst_end ? STEP_OUTPUT : STEP_INPUT;
    s->mode = MODE_BLOCK;
    return STEP_ON;
}

static inflate_step read_counts(pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(14);
    s->litlen_count = (uint16_t)(257 + PEEK(5));
    s->dist_count = (uint16_t)(1 + (PEEK(10) >> 5));
    s->precode_count = (uint16_t)(4 + (PEEK(14) >> 10));
    inflate_drop(io, 14);
    if (s->litlen_count > PC_LITLEN_SYMBOLS || s->dist_count > PC_DIST_SYMBOLS) {
        return inflate_fail(s, INFLATE_BAD_COUNTS);
    }
    memset(s->precode_lengths, 0, sizeof s->precode_lengths);
    s->have = 0;
    s->mode = MODE_PRECODE;
    return STEP_ON;
}

static inflate_step read_precode(pc_inflate *s, inflate_io *io)
{
    while (s->have < s->precode_count) {
        INFLATE_NEED(3);
        s->precode_lengths[pc_precode_order[s->have++]] = (uint8_t)PEEK(3);
        inflate_drop(io, 3);
    }
    inflate_error error = pc_inflate_build_precode(s);
    if (error != INFLATE_FINE) return inflate_fail(s, error);
    s->have = 0;
    s->mode = MODE_LENGTHS;
    return STEP_ON;
}

static inflate_step finish_lengths(pc_inflate *s, const inflate_io *io)
{
    if (s->lengths[PC_END_OF_BLOCK] == 0) return inflate_fail(s, INFLATE_NO_END);
    inflate_error error = pc_inflate_build_codes(s, io->src_end - io->src >= PACK_WORTHWHILE);
    if (error != INFLATE_FINE) return inflate_fail(s, error);
    s->mode = MODE_CODES;
    return STEP_ON;
}

static inflate_step read_lengths(pc_inflate *s, inflate_io *outer)
{
    static const uint8_t extra_bits[3] = {2, 3, 7}, at_least[3] = {3, 3, 11};
    unsigned have = s->have, count = (unsigned)s->litlen_count + s->dist_count;
    /* Writing lengths, being bytes, might change *outer for all the compiler knows, but not a local. */
    inflate_io local = *outer, *const io = &local;
    int bad = 0;
    while (have < count) {
        if (io->bits < PC_PRECODE_MAX + 7) inflate_refill(io);
        unsigned entry = s->precode[PEEK(PC_PRECODE_MAX)], bits = entry & 7, symbol = entry >> 3;
        if (symbol < PC_REPEAT_PREVIOUS) {
            if (bits > io->bits) break;
            inflate_drop(io, bits);
            s->lengths[have++] = (uint8_t)symbol;
            continue;
        }
        unsigned kind = symbol - PC_REPEAT_PREVIOUS, value = 0;
        if (bits + extra_bits[kind] > io->bits) break;
        if (kind == 0) {
            bad = have == 0;
            if (bad) break;
            value = s->lengths[have - 1];
        }
        unsigned repeat = at_least[kind] + (PEEK(bits + extra_bits[kind]) >> bits);
        inflate_drop(io, bits + extra_bits[kind]);
        bad = have + repeat > count;
        if (bad) break;
        memset(s->lengths + have, (int)value, repeat);
        have += repeat;
    }
    *outer = local;
    if (bad) return inflate_fail(s, INFLATE_BAD_REPEAT);
    s->have = (uint16_t)have;
    if (have < count) return STEP_INPUT;
    return finish_lengths(s, outer);
}

inflate_step pc_inflate_block(pc_inflate *s, inflate_io *io)
{
    switch (s->mode) {
    case MODE_BLOCK: return begin_block(s, io);
    case MODE_STORED_SIZE: return read_stored_size(s, io);
    case MODE_STORED: return copy_stored(s, io);
    case MODE_COUNTS: return read_counts(s, io);
    case MODE_PRECODE: return read_precode(s, io);
    default: return read_lengths(s, io);
    }
}
