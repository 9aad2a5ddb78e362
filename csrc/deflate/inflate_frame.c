/* What stands around the blocks: the headers and trailers of RFC 1950 and RFC 1952, field by field, checked
 * in zlib's order. */
#include "deflate/inflate_common.h"
#include "pycomp/adler32.h"
#include "pycomp/crc32.h"

/* Takes n bytes (at most 4) from hold; `summed` says that the header's CRC goes over them. */
static uint32_t take(const pc_kernels *kernels, pc_inflate *s, inflate_io *io, unsigned n, int summed)
{
    uint8_t bytes[4];
    uint32_t value = (uint32_t)(io->hold & (((uint64_t)1 << 8 * n) - 1));
    inflate_drop(io, 8 * n);
    pc_store32(bytes, value);
    if (summed) s->check = pc_crc32(kernels, s->check, bytes, n);
    return value;
}

static int header_summed(const pc_inflate *s) { return (s->gzip_flags & PC_GZIP_HEADER_CRC) != 0; }

static inflate_step read_head(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(16);
    unsigned head = (unsigned)io->hold & 0xffff, method = head & 0xff;
    if ((s->wrap & PC_WRAP_GZIP) && head == (PC_GZIP_ID1 | PC_GZIP_ID2 << 8)) {
        if (s->window_bits == 0) s->window_bits = PC_WINDOW_BITS_MAX;
        s->gzip = 1;
        s->check = 0;
        take(kernels, s, io, 2, 1);
        s->mode = MODE_GZIP_FLAGS;
        return STEP_ON;
    }
    if (!(s->wrap & PC_WRAP_ZLIB) || (method << 8 | head >> 8) % 31 != 0) {
        return inflate_fail(s, INFLATE_BAD_HEADER);
    }
    if ((method & 15) != PC_METHOD_DEFLATE) return inflate_fail(s, INFLATE_BAD_METHOD);
    unsigned window_bits = (method >> 4) + 8;
    if (s->window_bits == 0) s->window_bits = (uint8_t)window_bits;
    if (window_bits > PC_WINDOW_BITS_MAX || window_bits > s->window_bits) {
        return inflate_fail(s, INFLATE_BAD_WINDOW);
    }
    inflate_drop(io, 16);
    s->wrap = PC_WRAP_ZLIB;
    s->check = 1;
    s->mode = (head >> 8) & PC_ZLIB_DICTIONARY ? MODE_DICT_ID : MODE_BLOCK;
    return STEP_ON;
}

static inflate_step read_gzip_flags(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(16);
    unsigned field = (unsigned)io->hold & 0xffff;
    if ((field & 0xff) != PC_METHOD_DEFLATE) return inflate_fail(s, INFLATE_BAD_METHOD);
    if (field >> 8 & PC_GZIP_RESERVED) return inflate_fail(s, INFLATE_BAD_FLAGS);
    s->gzip_flags = (uint8_t)(field >> 8);
    take(kernels, s, io, 2, header_summed(s));
    s->wrap = PC_WRAP_GZIP;
    s->mode = MODE_GZIP_TIME;
    return STEP_ON;
}

/* Skips a field: s->length bytes, or up to a zero byte. The bytes may be many, so they don't pass hold. */
static inflate_step skip_field(const pc_kernels *kernels, pc_inflate *s, inflate_io *io, int text)
{
    inflate_give_back(io);
    size_t n = (size_t)(io->src_end - io->src);
    const uint8_t *zero = text && n > 0 ? memchr(io->src, 0, n) : NULL;
    int done = zero != NULL;
    if (zero != NULL) n = (size_t)(zero - io->src) + 1;
    if (!text) {
        n = PC_MIN(n, (size_t)s->length);
        s->length -= (uint32_t)n;
        done = s->length == 0;
    }
    if (header_summed(s)) s->check = pc_crc32(kernels, s->check, io->src, n);
    io->src += n;
    if (!done) return STEP_INPUT;
    s->mode++;
    return STEP_ON;
}

static inflate_step read_gzip_crc(pc_inflate *s, inflate_io *io)
{
    if (header_summed(s)) {
        INFLATE_NEED(16);
        if ((io->hold & 0xffff) != (s->check & 0xffff)) return inflate_fail(s, INFLATE_BAD_HEADER_CRC);
        inflate_drop(io, 16);
    }
    s->check = 0;
    s->mode = MODE_BLOCK;
    return STEP_ON;
}

static inflate_step read_gzip_extra_size(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    s->length = 0;
    if (s->gzip_flags & PC_GZIP_EXTRA) {
        INFLATE_NEED(16);
        s->length = take(kernels, s, io, 2, header_summed(s));
    }
    s->mode = s->length > 0 ? MODE_GZIP_EXTRA : MODE_GZIP_NAME;
    return STEP_ON;
}

/* zlib's fields are big-endian, all others little. */
static uint32_t big_endian(uint32_t field)
{
    return field >> 24 | (field >> 8 & 0xff00) | (field & 0xff00) << 8 | field << 24;
}

static inflate_step read_dict_id(pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(32);
    s->dict_id = big_endian((uint32_t)io->hold);
    inflate_drop(io, 32);
    s->mode = MODE_DICT;
    return STEP_ON;
}

void pc_inflate_sum(const pc_kernels *kernels, pc_inflate *s, inflate_io *io, size_t least)
{
    size_t n = (size_t)(io->dst - io->unsummed);
    if (n < least) return;
    if (s->wrap != PC_WRAP_RAW) {
        s->check = s->gzip ? pc_crc32(kernels, s->check, io->unsummed, n)
                           : pc_adler32(kernels, s->check, io->unsummed, n);
    }
    s->total += n;
    io->unsummed = io->dst;
}

static inflate_step read_check(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(32);
    uint32_t field = s->gzip ? (uint32_t)io->hold : big_endian((uint32_t)io->hold);
    pc_inflate_sum(kernels, s, io, 1);
    if (field != s->check) return inflate_fail(s, INFLATE_BAD_CHECK);
    inflate_drop(io, 32);
    s->mode = s->gzip ? MODE_SIZE : MODE_END;
    return STEP_ON;
}

static inflate_step read_size(pc_inflate *s, inflate_io *io)
{
    INFLATE_NEED(32);
    if ((uint32_t)io->hold != (uint32_t)s->total) return inflate_fail(s, INFLATE_BAD_SIZE);
    inflate_drop(io, 32);
    s->mode = MODE_END;
    return STEP_ON;
}

inflate_step pc_inflate_frame(const pc_kernels *kernels, pc_inflate *s, inflate_io *io)
{
    switch (s->mode) {
    case MODE_HEAD: return read_head(kernels, s, io);
    case MODE_GZIP_FLAGS: return read_gzip_flags(kernels, s, io);
    case MODE_GZIP_TIME:
        INFLATE_NEED(32);
        take(kernels, s, io, 4, header_summed(s));
        s->mode = MODE_GZIP_OS;
        return STEP_ON;
    case MODE_GZIP_OS:
        INFLATE_NEED(16);
        take(kernels, s, io, 2, header_summed(s));
        s->mode = MODE_GZIP_EXTRA_SIZE;
        return STEP_ON;
    case MODE_GZIP_EXTRA_SIZE: return read_gzip_extra_size(kernels, s, io);
    case MODE_GZIP_EXTRA: return skip_field(kernels, s, io, 0);
    case MODE_GZIP_NAME:
    case MODE_GZIP_COMMENT:
        if (s->gzip_flags & (s->mode == MODE_GZIP_NAME ? PC_GZIP_NAME : PC_GZIP_COMMENT)) {
            return skip_field(kernels, s, io, 1);
        }
        s->mode++;
        return STEP_ON;
    case MODE_GZIP_CRC: return read_gzip_crc(s, io);
    case MODE_DICT_ID: return read_dict_id(s, io);
    case MODE_DICT: return STEP_DICT;
    case MODE_TRAILER:
        inflate_drop(io, io->bits & 7);
        s->mode = s->wrap == PC_WRAP_RAW ? MODE_END : MODE_CHECK;
        return STEP_ON;
    case MODE_CHECK: return read_check(kernels, s, io);
    case MODE_SIZE: return read_size(s, io);
    case MODE_END: return STEP_END;
    default: return STEP_ERROR;
    }
}
