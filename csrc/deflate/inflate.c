/* The inflater: RFC 1951 blocks inside RFC 1950 or RFC 1952 frames, in pieces of any size.
 *
 * Matches refer to the last 32 KiB of output, which must lie in one piece before the cursor for copies to be
 * wide and unconditional. There are two such places. The caller's own buffer, if the history is there (it is
 * for whole buffers, and for buffers that grow); otherwise the window in the state, from which output is then
 * copied to the caller until the caller's buffer holds 32 KiB itself. Either way one decoder runs over
 * contiguous memory and knows nothing of windows.
 *
 * Decoding is a state machine over elements (inflate_mode). An element is decoded whole or not at all, so
 * the state between calls is the mode and the bits of an element that hasn't all arrived. Symbols are decoded
 * by the fast loop (inflate_fast_common.h) while there is ample input and room, else one by one by
 * decode_symbols below, which checks everything. */
#include "deflate/inflate_common.h"
#include "pycomp/adler32.h"

size_t pc_inflate_size(void) { return sizeof(pc_inflate); }

pc_status pc_inflate_init(pc_inflate *s, pc_wrap wrap, unsigned window_bits)
{
    if ((unsigned)wrap > PC_WRAP_AUTO) return PC_ERR_PARAM;
    if (window_bits != 0 && (window_bits < PC_WINDOW_BITS_MIN || window_bits > PC_WINDOW_BITS_MAX)) {
        return PC_ERR_PARAM;
    }
    if (window_bits == 0 && wrap == PC_WRAP_RAW) window_bits = PC_WINDOW_BITS_MAX;
    memset(s, 0, offsetof(pc_inflate, precode_lengths));
    s->wrap = (uint8_t)wrap;
    s->window_bits = (uint8_t)window_bits;
    s->mode = wrap == PC_WRAP_RAW ? MODE_BLOCK : MODE_HEAD;
    return PC_OK;
}

/* The entry of the code in the low bits of `bits`, and in *used how many bits the root took if there was a
 * subtable. */
PC_INLINE uint32_t look_up(const uint32_t *table, unsigned root, uint64_t bits, unsigned *used)
{
    uint32_t entry = table[bits & (((uint64_t)1 << root) - 1)];
    *used = 0;
    if ((entry & ENTRY_SPECIAL) && ENTRY_KIND(entry) == KIND_SUBTABLE) {
        *used = root;
        entry =
            table[ENTRY_SUBTABLE(entry) + (bits >> root & (((uint64_t)1 << ENTRY_SUBTABLE_BITS(entry)) - 1))];
    }
    return entry;
}

/* The extra bits above a code of code_bits in `bits`. */
PC_INLINE uint32_t extra_of(uint32_t entry, unsigned code_bits, uint64_t bits)
{
    return (uint32_t)((bits & (((uint64_t)1 << ENTRY_DROP(entry)) - 1)) >> code_bits);
}

/* Writes what there is room for of the match in s. */
static inflate_step copy_match(pc_inflate *s, inflate_io *io)
{
    if (io->dst == io->dst_end) return STEP_OUTPUT;
    if (s->dist > (size_t)(io->dst - io->history)) return inflate_fail(s, INFLATE_TOO_FAR);
    size_t n = PC_MIN((size_t)s->length, (size_t)(io->dst_end - io->dst));
    s->length -= (uint32_t)n;
    if (s->dist >= n) {
        memcpy(io->dst, io->dst - s->dist, n);
        io->dst += n;
    } else {
        for (; n > 0; n--, io->dst++) *io->dst = *(io->dst - s->dist);
    }
    if (s->length > 0) return STEP_OUTPUT;
    s->mode = MODE_CODES;
    return STEP_ON;
}

/* One symbol of litlen, and if it is a length its distance; takes nothing if they are not all there. */
static inflate_step decode_symbol(pc_inflate *s, inflate_io *io)
{
    unsigned root;
    inflate_refill(io);
    uint32_t entry = look_up(s->litlen, s->litlen_bits, io->hold, &root);
    unsigned used = root + ENTRY_DROP(entry);
    if (used > io->bits) return STEP_INPUT;
    if (entry & ENTRY_HAS_LITERALS) {
        inflate_drop(io, used);
        s->length = entry >> 8;
        s->mode = MODE_LITERAL;
        return STEP_ON;
    }
    if (entry & ENTRY_SPECIAL) {
        inflate_drop(io, used);
        if (ENTRY_KIND(entry) == KIND_INVALID) return inflate_fail(s, INFLATE_BAD_LITLEN);
        s->mode = MODE_BLOCK;
        return STEP_ON;
    }
    uint32_t length = MATCH_BASE(entry) + extra_of(entry, MATCH_CODE_BITS(entry), io->hold >> root);
    uint64_t bits = io->hold >> used;
    entry = look_up(s->dist_table, s->dist_bits, bits, &root);
    used += root + ENTRY_DROP(entry);
    if (used > io->bits) return STEP_INPUT;
    inflate_drop(io, used);
    if (entry & ENTRY_SPECIAL) return inflate_fail(s, INFLATE_BAD_DIST);
    s->dist = DIST_BASE(entry) + extra_of(entry, DIST_CODE_BITS(entry), bits >> root);
    s->length = length;
    s->mode = MODE_MATCH;
    return STEP_ON;
}

static inflate_step decode_fast(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    pc_inflate_sum(kernels, s, io, SLAB);
    io->fast_stop = io->dst + PC_MIN(io->dst_end - io->dst - FAST_DST, SLAB - (io->dst - io->unsummed));
    switch (kernels->inflate_fast(s, io)) {
    case FAST_BLOCK_END: s->mode = MODE_BLOCK; return STEP_ON;
    case FAST_BAD_LITLEN: return inflate_fail(s, INFLATE_BAD_LITLEN);
    case FAST_BAD_DIST: return inflate_fail(s, INFLATE_BAD_DIST);
    case FAST_TOO_FAR: return inflate_fail(s, INFLATE_TOO_FAR);
    default: return STEP_ON;
    }
}

/* The symbols of a block, as far as input and room go. */
static inflate_step decode_symbols(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    for (;;) {
        inflate_step step;
        switch (s->mode) {
        case MODE_CODES:
            if (io->src_end - io->src >= FAST_SRC && io->dst_end - io->dst >= FAST_DST) {
                step = decode_fast(kernels, s, io);
            } else {
                step = decode_symbol(s, io);
            }
            break;
        case MODE_LITERAL:
            if (io->dst == io->dst_end) return STEP_OUTPUT;
            *io->dst++ = (uint8_t)s->length;
            s->mode = MODE_CODES;
            continue;
        case MODE_MATCH: step = copy_match(s, io); break;
        default: return STEP_ON;
        }
        if (step != STEP_ON) return step;
    }
}

/* Decodes into memory where all the history that there is begins at io->history. */
static inflate_step decode(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    for (;;) {
        inflate_step step;
        if (s->mode >= MODE_CODES && s->mode <= MODE_MATCH) {
            step = decode_symbols(kernels, s, io);
        } else if (s->mode >= MODE_BLOCK && s->mode < MODE_CODES) {
            step = pc_inflate_block(s, io);
        } else {
            step = pc_inflate_frame(kernels, s, io);
        }
        if (step != STEP_ON) return step;
    }
}

/* Moves the latest n bytes of the window to its beginning and forgets the others. */
static void slide(pc_inflate *s, uint32_t n)
{
    memmove(s->window, s->window + s->window_at - n, n);
    s->window_at = s->window_have = n;
}

/* Appends the n bytes before `end` to the window. */
static void append_history(pc_inflate *s, const uint8_t *end, size_t n)
{
    n = PC_MIN(n, (size_t)HISTORY);
    if (n > WINDOW_SIZE - s->window_at) slide(s, PC_MIN(s->window_have, (uint32_t)(HISTORY - n)));
    if (n > 0) memcpy(s->window + s->window_at, end - n, n);
    s->window_at += (uint32_t)n;
    s->window_have = PC_MIN(s->window_have + (uint32_t)n, (uint32_t)HISTORY);
}

void pc_inflate_keep(pc_inflate *s, const uint8_t *dst_begin, const uint8_t *dst)
{
    uint64_t missing = s->total - s->kept;
    append_history(s, dst, (size_t)PC_MIN(missing, (uint64_t)(dst - dst_begin)));
    s->kept = s->total;
}

/* Decodes into the window as much as fits `want`, and copies it to the caller. */
static inflate_step run_window(const pc_kernels *kernels, pc_inflate *s, inflate_io *io, size_t want,
                               uint64_t reach)
{
    uint8_t *dst = io->dst, *dst_end = io->dst_end;
    if (want > WINDOW_SIZE - s->window_at) slide(s, s->window_have);
    uint8_t *at = s->window + s->window_at;
    io->dst = at;
    io->dst_end = at + want;
    io->unsummed = at;
    io->history = at - PC_MIN((uint64_t)s->window_have, reach);
    inflate_step step = decode(kernels, s, io);
    pc_inflate_sum(kernels, s, io, 1);
    size_t n = (size_t)(io->dst - at);
    if (n > 0) memcpy(dst, at, n);
    s->window_at += (uint32_t)n;
    s->window_have = PC_MIN(s->window_have + (uint32_t)n, (uint32_t)HISTORY);
    s->kept = s->total;
    io->dst = dst + n;
    io->dst_end = dst_end;
    return step;
}

static inflate_step run_direct(const pc_kernels *kernels, pc_inflate *s, inflate_io *io, uint64_t reach)
{
    io->unsummed = io->dst;
    io->history = io->dst - reach;
    inflate_step step = decode(kernels, s, io);
    pc_inflate_sum(kernels, s, io, 1);
    return step;
}

pc_inflate_state pc_inflate_run(const pc_kernels *kernels, pc_inflate *s, const uint8_t **src,
                                const uint8_t *src_end, uint8_t *dst_begin, uint8_t **dst, uint8_t *dst_end)
{
    inflate_io io = {.src = *src,
                     .src_begin = *src,
                     .src_end = src_end,
                     .dst = *dst,
                     .dst_end = dst_end,
                     .hold = s->hold,
                     .bits = s->bits};
    const uint64_t before = s->total;
    inflate_step step;
    do {
        /* zlib's rule for small windows: back over what this call wrote and one window before it. */
        unsigned window_bits = s->window_bits ? s->window_bits : PC_WINDOW_BITS_MAX;
        uint64_t reach = s->total - before + ((uint64_t)1 << window_bits);
        size_t in_place = (size_t)PC_MIN((uint64_t)(io.dst - dst_begin), s->total - s->origin);
        if (in_place >= HISTORY || in_place >= s->window_have + (s->total - s->kept)) {
            step = run_direct(kernels, s, &io, PC_MIN(reach, (uint64_t)in_place));
        } else {
            pc_inflate_keep(s, io.dst - in_place, io.dst);
            step = run_window(kernels, s, &io, PC_MIN((size_t)(dst_end - io.dst), HISTORY - in_place), reach);
        }
    } while (step == STEP_OUTPUT && io.dst < dst_end);
    if (step != STEP_INPUT) inflate_give_back(&io);
    s->hold = io.hold & (((uint64_t)1 << io.bits) - 1);
    s->bits = (uint8_t)io.bits;
    *src = io.src;
    *dst = io.dst;
    switch (step) {
    case STEP_OUTPUT: return PC_INFLATE_OUTPUT;
    case STEP_END: return PC_INFLATE_END;
    case STEP_DICT: return PC_INFLATE_DICT;
    case STEP_ERROR: return PC_INFLATE_ERROR;
    default: return PC_INFLATE_INPUT;
    }
}

const char *pc_inflate_message(const pc_inflate *s)
{
    static const char *const messages[] = {[INFLATE_FINE] = NULL,
                                           [INFLATE_BAD_HEADER] = "incorrect header check",
                                           [INFLATE_BAD_METHOD] = "unknown compression method",
                                           [INFLATE_BAD_WINDOW] = "invalid window size",
                                           [INFLATE_BAD_FLAGS] = "unknown header flags set",
                                           [INFLATE_BAD_HEADER_CRC] = "header crc mismatch",
                                           [INFLATE_BAD_BLOCK] = "invalid block type",
                                           [INFLATE_BAD_STORED] = "invalid stored block lengths",
                                           [INFLATE_BAD_COUNTS] = "too many length or distance symbols",
                                           [INFLATE_BAD_PRECODE] = "invalid code lengths set",
                                           [INFLATE_BAD_REPEAT] = "invalid bit length repeat",
                                           [INFLATE_NO_END] = "invalid code -- missing end-of-block",
                                           [INFLATE_BAD_LITLEN_SET] = "invalid literal/lengths set",
                                           [INFLATE_BAD_DIST_SET] = "invalid distances set",
                                           [INFLATE_BAD_LITLEN] = "invalid literal/length code",
                                           [INFLATE_BAD_DIST] = "invalid distance code",
                                           [INFLATE_TOO_FAR] = "invalid distance too far back",
                                           [INFLATE_BAD_CHECK] = "incorrect data check",
                                           [INFLATE_BAD_SIZE] = "incorrect length check"};
    return messages[s->error];
}

pc_status pc_inflate_status(const pc_inflate *s)
{
    if (s->error == INFLATE_FINE) return PC_OK;
    return s->error == INFLATE_BAD_CHECK || s->error == INFLATE_BAD_SIZE ? PC_ERR_CHECKSUM : PC_ERR_CORRUPT;
}

pc_wrap pc_inflate_wrap(const pc_inflate *s) { return (pc_wrap)s->wrap; }

pc_status pc_inflate_set_dictionary(const pc_kernels *kernels, pc_inflate *s, const uint8_t *dict, size_t n)
{
    if (s->wrap == PC_WRAP_RAW ? s->kept != s->total : s->mode != MODE_DICT) return PC_ERR_PARAM;
    if (s->wrap != PC_WRAP_RAW) {
        if (pc_adler32(kernels, 1, dict, n) != s->dict_id) return PC_ERR_CHECKSUM;
        s->check = 1;
        s->mode = MODE_BLOCK;
    }
    append_history(s, dict + n, n);
    s->origin = s->total;
    return PC_OK;
}

pc_status pc_inflate_whole(const pc_kernels *kernels, pc_inflate *workspace, pc_wrap wrap, const uint8_t *src,
                           size_t src_len, size_t *src_used, uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    const uint8_t *at = src;
    uint8_t *out = dst;
    pc_status status = pc_inflate_init(workspace, wrap, 0);
    *src_used = *dst_len = 0;
    if (status != PC_OK) return status;
    pc_inflate_state state = pc_inflate_run(kernels, workspace, &at, src + src_len, dst, &out, dst + dst_cap);
    *src_used = (size_t)(at - src);
    *dst_len = (size_t)(out - dst);
    switch (state) {
    case PC_INFLATE_END: return PC_OK;
    case PC_INFLATE_INPUT: return PC_ERR_TRUNCATED;
    case PC_INFLATE_OUTPUT: return PC_ERR_DST_SIZE;
    case PC_INFLATE_DICT: return PC_ERR_UNSUPPORTED;
    default: return pc_inflate_status(workspace);
    }
}
