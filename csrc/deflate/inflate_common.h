/* What the parts of the inflater share: the state, the table entries, the cursors.
 *
 * A table is indexed by the next bits of the input, root bits first; codes longer than that go on in a
 * subtable. An entry holds all there is to know about its symbols, so that decoding is shifts and adds. The
 * low six bits always say how many bits to drop, as shift instructions look at no more: the codes, and the
 * extra bits behind them.
 *
 *   literal/length table   bits 6..7    how many literals, 1..3; 0: a match or special
 *     literals             bits 8..31   the literals, first one lowest
 *     match                bits 8..15   the literal before it, if bit 30 (ENTRY_LITERAL_TOO) is set
 *                          bits 16..23  base of the length, less 3
 *                          bits 24..27  bits of the codes alone
 *   distance table         bits 8..11   bits of the code alone
 *                          bits 16..30  base of the distance
 *   special, of both       bit 31
 *                          bits 28..29  the kind: end of block, invalid, or a subtable
 *     subtable             bits 8..19   where it begins
 *                          bits 24..27  how many bits index it
 *
 * Plain tables have one symbol to an entry; packed ones, which replace the root of the literal/length table
 * in the fast loop, as many as fit (inflate_tables.c). */
#ifndef PC_DEFLATE_INFLATE_COMMON_H
#define PC_DEFLATE_INFLATE_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "deflate/deflate_common.h"
#include "pycomp/inflate.h"

enum {
    LITLEN_ROOT = 11,
    DIST_ROOT = 10,
    PACKED_ROOT = 12,
    PACK_WORTHWHILE = 2048, /* bytes of input that must be left for packed entries to be made */
    /* The most entries that complete codes of 288 and 32 symbols up to 15 bits can need with these roots,
     * found by searching all of them (the method of zlib's examples/enough.c). */
    LITLEN_ENTRIES = 2342,
    DIST_ENTRIES = 1074,

    HISTORY = PC_DISTANCE_MAX,
    WINDOW_SIZE = 2 * HISTORY, /* history slides down once for every HISTORY bytes */
    /* Output is checksummed in pieces that stay in the first-level cache together with the tables. */
    SLAB = 1 << 14
};

#define ENTRY_LITERALS(e) ((e) >> 6 & 3)
#define ENTRY_HAS_LITERALS 0xc0u
#define ENTRY_LITERAL_TOO (1u << 30)
#define ENTRY_SPECIAL (1u << 31)
#define ENTRY_DROP(e) ((e) & 63)
#define ENTRY_KIND(e) ((e) >> 28 & 3)
#define ENTRY_SUBTABLE(e) ((e) >> 8 & 0xfff)
#define ENTRY_SUBTABLE_BITS(e) ((e) >> 24 & 15)
#define MATCH_BASE(e) (((e) >> 16 & 0xff) + PC_MATCH_MIN)
#define MATCH_CODE_BITS(e) ((e) >> 24 & 63) /* the kind is 0; six bits cost no instruction */
#define DIST_BASE(e) ((e) >> 16)
#define DIST_CODE_BITS(e) ((e) >> 8 & 63)
enum { KIND_SUBTABLE = 0, KIND_END = 1, KIND_INVALID = 2 };

/* Each condition that zlib words. */
typedef enum inflate_error {
    INFLATE_FINE = 0,
    INFLATE_BAD_HEADER,
    INFLATE_BAD_METHOD,
    INFLATE_BAD_WINDOW,
    INFLATE_BAD_FLAGS,
    INFLATE_BAD_HEADER_CRC,
    INFLATE_BAD_BLOCK,
    INFLATE_BAD_STORED,
    INFLATE_BAD_COUNTS,
    INFLATE_BAD_PRECODE,
    INFLATE_BAD_REPEAT,
    INFLATE_NO_END,
    INFLATE_BAD_LITLEN_SET,
    INFLATE_BAD_DIST_SET,
    INFLATE_BAD_LITLEN,
    INFLATE_BAD_DIST,
    INFLATE_TOO_FAR,
    INFLATE_BAD_CHECK,
    INFLATE_BAD_SIZE
} inflate_error;

/* Where in the stream the next bit stands. */
typedef enum inflate_mode {
    MODE_HEAD,
    MODE_GZIP_FLAGS,
    MODE_GZIP_TIME,
    MODE_GZIP_OS,
    MODE_GZIP_EXTRA_SIZE,
    MODE_GZIP_EXTRA,
    MODE_GZIP_NAME,
    MODE_GZIP_COMMENT,
    MODE_GZIP_CRC,
    MODE_DICT_ID,
    MODE_DICT,
    MODE_BLOCK,
    MODE_STORED_SIZE,
    MODE_STORED,
    MODE_COUNTS,
    MODE_PRECODE,
    MODE_LENGTHS,
    MODE_CODES,
    MODE_LITERAL, /* a literal is decoded and waits for room */
    MODE_MATCH,   /* a match, or the rest of one, does */
    MODE_TRAILER,
    MODE_CHECK,
    MODE_SIZE,
    MODE_END,
    MODE_ERROR
} inflate_mode;

/* The cursors of one call, which point into the caller's buffers and so don't live in the state. */
typedef struct pc_inflate_io {
    const uint8_t *src, *src_begin, *src_end;
    uint8_t *dst, *dst_end;
    const uint8_t *history;  /* nothing before this may be referred to */
    const uint8_t *unsummed; /* output from here on is not in the checksum yet */
    uint8_t *fast_stop;      /* the fast loop ends behind this, at the latest FAST_DST before dst_end */
    uint64_t hold;           /* bits taken from src, the next one lowest; above `bits` there may be more */
    unsigned bits;           /* how many there are for certain: at most 63 */
} inflate_io;

struct pc_inflate {
    uint64_t hold;
    uint64_t total;  /* bytes of output so far */
    uint64_t kept;   /* how many of them the window has seen */
    uint64_t origin; /* history in place must not reach back beyond this byte: a dictionary stands there */
    uint32_t check;  /* CRC-32 of the header, then CRC-32 or Adler-32 of the output */
    uint32_t dict_id;
    uint32_t length, dist; /* what is left of a match or a stored block; the waiting literal */
    uint32_t window_at, window_have;
    uint8_t bits, mode, error, last;
    uint8_t wrap, gzip, gzip_flags, window_bits; /* gzip: the header was gzip's; window_bits: 0 not known */
    uint16_t litlen_count, dist_count, precode_count, have;
    uint8_t litlen_bits, dist_bits;
    uint8_t packed_bits; /* 0: the block does without packed entries */
    uint8_t straight;    /* packed entries are made for the straight loop */
    uint8_t fixed;       /* the tables are those of the fixed codes */
    uint8_t precode_lengths[PC_PRECODE_SYMBOLS];
    uint8_t precode[1 << PC_PRECODE_MAX]; /* symbol << 3 | bits */
    /* Lengths of both codes in a row; a repeat may be written at once, before it is cut to its length. */
    uint8_t lengths[PC_LITLEN_CODES + PC_DIST_CODES + 160];
    uint32_t litlen[LITLEN_ENTRIES];
    uint32_t packed[1 << PACKED_ROOT];
    uint32_t dist_table[DIST_ENTRIES];
    uint8_t window[WINDOW_SIZE]; /* window_have bytes of history end at window_at */
};

/* Moves whole bytes from src to hold: at least 56 bits, or all there is. */
PC_INLINE void inflate_refill(inflate_io *io)
{
    if (PC_LIKELY(io->src_end - io->src >= 8)) {
        io->hold |= pc_load64(io->src) << io->bits; /* bits that are there already meet their equals */
        io->src += (63 - io->bits) >> 3;
        io->bits |= 56;
        return;
    }
    io->hold &= ((uint64_t)1 << io->bits) - 1;
    while (io->bits < 56 && io->src < io->src_end) {
        io->hold |= (uint64_t)*io->src++ << io->bits;
        io->bits += 8;
    }
}

PC_INLINE void inflate_drop(inflate_io *io, unsigned n)
{
    io->hold >>= n;
    io->bits -= n;
}

/* Returns the bytes that hold took ahead. Once an element was decoded in this call, all of them came from
 * this call's input: without more than there was before, it would have been decoded before. */
PC_INLINE void inflate_give_back(inflate_io *io)
{
    size_t ahead = io->bits >> 3;
    io->src -= PC_MIN(ahead, (size_t)(io->src - io->src_begin));
    io->bits &= 7;
    io->hold &= ((uint64_t)1 << io->bits) - 1;
}

/* What a step tells the loop that called it. */
typedef enum inflate_step { STEP_ON, STEP_INPUT, STEP_OUTPUT, STEP_DICT, STEP_END, STEP_ERROR } inflate_step;

/* Has the next n bits in hold, or ends the step that it stands in. */
#define INFLATE_NEED(n)                                                                                      \
    do {                                                                                                     \
        if (io->bits < (n)) {                                                                                \
            inflate_refill(io);                                                                              \
            if (io->bits < (n)) return STEP_INPUT;                                                           \
        }                                                                                                    \
    } while (0)

static inline inflate_step inflate_fail(pc_inflate *s, inflate_error error)
{
    s->error = (uint8_t)error;
    s->mode = MODE_ERROR;
    return STEP_ERROR;
}

/* inflate_frame.c: header, trailer and checksum; inflate_block.c: block headers; inflate_tables.c: tables. */
inflate_step pc_inflate_frame(const pc_kernels *kernels, pc_inflate *s, inflate_io *io);
/* Adds the output since the last time to the checksum and the total, if it is `least` bytes or more. */
void pc_inflate_sum(const pc_kernels *kernels, pc_inflate *s, inflate_io *io, size_t least);
inflate_step pc_inflate_block(pc_inflate *s, inflate_io *io);

inflate_error pc_inflate_build_precode(pc_inflate *s);
inflate_error pc_inflate_build_codes(pc_inflate *s, int long_block);
void pc_inflate_build_fixed(pc_inflate *s);

/* Why the fast loop ended. FAST_EDGE: too little input or room is left, or s->mode is MODE_MATCH. */
typedef enum inflate_fast_result {
    FAST_EDGE,
    FAST_BLOCK_END,
    FAST_BAD_LITLEN,
    FAST_BAD_DIST,
    FAST_TOO_FAR
} inflate_fast_result;

enum {
    /* A round of the fast loop refills hold three times at most: 7 + 7 bytes taken and 8 looked at. */
    FAST_SRC = 24,
    /* It may write three entries of three literals and a literal before a match, four bytes at a time;
     * copies of matches write up to 32 bytes more than they should. */
    FAST_COPY = 32,
    FAST_DST = FAST_COPY + 16,
    STRAIGHT_DST = FAST_DST + PC_MATCH_MAX /* the straight loop does not look whether a match fits */
};

#endif
