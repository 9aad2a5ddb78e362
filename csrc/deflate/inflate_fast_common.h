/* The loops that decode nearly all symbols; included once for each instruction set, with
 *
 *     INFLATE_FAST         the function's name
 *     INFLATE_TARGET       its target attribute
 *     INFLATE_LOW_BITS     (value, n): the low n bits; n is in the low six bits of the second argument, and
 *                          two zeros follow them
 *     INFLATE_COPY         the function that copies a match: (dst, dist, length), may write FAST_COPY bytes
 *                          too many; does so and no more if dist and length are 0
 *
 * What bounds an inflater is the chain from one symbol to the next, mask, load, shift, and the branches that
 * no predictor foresees. So
 *  - an entry holds several symbols where it can (inflate_tables.c): fewer links;
 *  - the entry for the next round is loaded before hold is refilled and before a match is copied;
 *  - hold is refilled without a branch: eight bytes are or-ed in at the bit where the certain ones end, the
 *    cursor moves by the whole bytes that fit, and the rest will meet their equals at the next refill. Only
 *    the low six bits of `bits` count, so that entries can be subtracted as they are;
 *  - there are two loops. Where literals and matches mix, whether the next entry is one or the other is
 *    anyone's guess, and a wrong guess costs more than a link. The straight loop takes every entry for
 *    literals and a match, either of which may be empty, and has nothing to guess. Where nearly all are
 *    literals, the branching loop guesses well and is spared the empty matches. The code lengths tell which.
 *
 * The refill is Fabian Giesen's ("Reading bits in far too many ways", 2018), as is its use with preloaded
 * entries in libdeflate (Eric Biggers, 2022); packed entries go back to Intel's ISA-L. The straight loop is
 * our own.
 *
 * Precondition: at least FAST_SRC bytes of input, FAST_DST of room, io->fast_stop set. */
#include "deflate/inflate_common.h"

#define REFILL()                                                                                             \
    do {                                                                                                     \
        hold |= pc_load64(src) << (bits & 63);                                                               \
        src += ~bits >> 3 & 7; /* 63 - bits, in bytes */                                                     \
        bits |= 56;                                                                                          \
    } while (0)
/* The low six bits of an entry; those of `bits` above them are never looked at. */
#define DROP(entry)                                                                                          \
    do {                                                                                                     \
        hold >>= (entry) & 63;                                                                               \
        bits -= (entry);                                                                                     \
    } while (0)
#define PUT_LITERALS(entry)                                                                                  \
    do {                                                                                                     \
        pc_store32(dst, (entry) >> 8);                                                                       \
        dst += ENTRY_LITERALS(entry);                                                                        \
    } while (0)
/* From an entry that leads to a subtable to what stands there. */
#define DESCEND(table)                                                                                       \
    do {                                                                                                     \
        uint32_t sub = ENTRY_SUBTABLE(entry), width = ENTRY_SUBTABLE_BITS(entry);                            \
        DROP(entry);                                                                                         \
        entry = (table)[sub + INFLATE_LOW_BITS(hold, width)];                                                \
    } while (0)
#define NEXT_ENTRY() litlen[hold & litlen_mask]
#define LEAVE()                                                                                              \
    do {                                                                                                     \
        io->src = src;                                                                                       \
        io->dst = dst;                                                                                       \
        io->hold = hold;                                                                                     \
        io->bits = bits & 63;                                                                                \
        inflate_give_back(io);                                                                               \
        return result;                                                                                       \
    } while (0)

INFLATE_TARGET static int decode_branching(pc_inflate *s, inflate_io *io)
{
    const uint32_t *const litlen = s->packed_bits ? s->packed : s->litlen, *const dists = s->dist_table;
    const uint64_t litlen_mask = ((uint64_t)1 << (s->packed_bits ? s->packed_bits : s->litlen_bits)) - 1;
    const uint64_t dist_mask = ((uint64_t)1 << s->dist_bits) - 1;
    const uint8_t *src = io->src, *const src_stop = io->src_end - FAST_SRC, *const history = io->history;
    uint8_t *dst = io->dst, *const dst_stop = io->fast_stop, *const copy_stop = io->dst_end - FAST_COPY;
    uint64_t hold = io->hold;
    uint32_t bits = io->bits, entry;
    int result = FAST_EDGE;

    REFILL();
    entry = NEXT_ENTRY();
    do { /* hold has 56 bits; an entry of literals takes 12 at most */
        if (entry & ENTRY_HAS_LITERALS) {
            DROP(entry);
            PUT_LITERALS(entry);
            entry = NEXT_ENTRY();
            if (entry & ENTRY_HAS_LITERALS) {
                DROP(entry);
                PUT_LITERALS(entry);
                entry = NEXT_ENTRY();
                if (entry & ENTRY_HAS_LITERALS) {
                    DROP(entry);
                    PUT_LITERALS(entry);
                    entry = NEXT_ENTRY();
                    REFILL();
                    continue;
                }
            }
        }
        if (PC_UNLIKELY(entry & ENTRY_SPECIAL)) { /* at least 56 - 24 bits are left */
            if (ENTRY_KIND(entry) == KIND_SUBTABLE) {
                DESCEND(s->litlen);
                if (entry & ENTRY_HAS_LITERALS) {
                    DROP(entry);
                    PUT_LITERALS(entry);
                    entry = NEXT_ENTRY();
                    REFILL();
                    continue;
                }
            }
            if (entry & ENTRY_SPECIAL) {
                DROP(entry);
                result = ENTRY_KIND(entry) == KIND_END ? FAST_BLOCK_END : FAST_BAD_LITLEN;
                break;
            }
        }
        const uint32_t match = entry;
        const uint64_t from = hold;
        DROP(match);
        if (PC_UNLIKELY((bits & 63) < 40)) REFILL();
        entry = dists[hold & dist_mask];
        *dst = (uint8_t)(match >> 8);
        dst += match >> 30;
        size_t length = MATCH_BASE(match) + (size_t)(INFLATE_LOW_BITS(from, match) >> MATCH_CODE_BITS(match));
        if (PC_UNLIKELY(entry & ENTRY_SPECIAL)) {
            if (ENTRY_KIND(entry) == KIND_SUBTABLE) DESCEND(dists);
            if (entry & ENTRY_SPECIAL) {
                DROP(entry);
                result = FAST_BAD_DIST;
                break;
            }
        }
        size_t dist = DIST_BASE(entry) + (size_t)(INFLATE_LOW_BITS(hold, entry) >> DIST_CODE_BITS(entry));
        DROP(entry);
        if (PC_UNLIKELY(dist > (size_t)(dst - history))) {
            result = FAST_TOO_FAR;
            break;
        }
        if (PC_UNLIKELY(length > (size_t)(copy_stop - dst))) {
            s->length = (uint32_t)length;
            s->dist = (uint32_t)dist;
            s->mode = MODE_MATCH;
            break;
        }
        entry = NEXT_ENTRY();
        REFILL();
        INFLATE_COPY(dst, dist, length);
        dst += length;
    } while (src <= src_stop && dst <= dst_stop);

    LEAVE();
}

/* For blocks packed with two literals an entry at most, so that the bits above them are clear. */
INFLATE_TARGET static int decode_straight(pc_inflate *s, inflate_io *io)
{
    const uint32_t *const litlen = s->packed, *const dists = s->dist_table;
    const uint64_t litlen_mask = ((uint64_t)1 << PACKED_ROOT) - 1,
                   dist_mask = ((uint64_t)1 << s->dist_bits) - 1;
    const uint8_t *src = io->src, *const src_stop = io->src_end - FAST_SRC, *const history = io->history;
    uint8_t *dst = io->dst, *const dst_stop = PC_MIN(io->fast_stop, io->dst_end - STRAIGHT_DST);
    uint64_t hold = io->hold;
    uint32_t bits = io->bits, entry;
    int result = FAST_EDGE;

    REFILL();
    entry = NEXT_ENTRY();
    do { /* hold has 56 bits and 64 to look at; a round takes 48 at most */
        if (PC_UNLIKELY(entry & ENTRY_SPECIAL)) {
            if (ENTRY_KIND(entry) == KIND_SUBTABLE) DESCEND(s->litlen);
            if (entry & ENTRY_SPECIAL) {
                DROP(entry);
                result = ENTRY_KIND(entry) == KIND_END ? FAST_BLOCK_END : FAST_BAD_LITLEN;
                break;
            }
        }
        const uint32_t first = entry;
        const uint64_t from = hold, match = (uint64_t)0 - (uint64_t)((first & ENTRY_HAS_LITERALS) == 0);
        DROP(first);
        entry = dists[hold & dist_mask] & (uint32_t)match; /* 0 takes no bits and has no distance */
        pc_store32(dst, first >> 8);
        dst += ENTRY_LITERALS(first) + (first >> 30);
        size_t length = MATCH_BASE(first) + (size_t)(INFLATE_LOW_BITS(from, first) >> MATCH_CODE_BITS(first));
        length &= (size_t)match;
        if (PC_UNLIKELY(entry & ENTRY_SPECIAL)) {
            if (ENTRY_KIND(entry) == KIND_SUBTABLE) DESCEND(dists);
            if (entry & ENTRY_SPECIAL) {
                DROP(entry);
                result = FAST_BAD_DIST;
                break;
            }
        }
        size_t dist = DIST_BASE(entry) + (size_t)(INFLATE_LOW_BITS(hold, entry) >> DIST_CODE_BITS(entry));
        DROP(entry);
        if (PC_UNLIKELY(dist > (size_t)(dst - history))) {
            result = FAST_TOO_FAR;
            break;
        }
        entry = NEXT_ENTRY();
        REFILL();
        INFLATE_COPY(dst, dist, length);
        dst += length;
    } while (src <= src_stop && dst <= dst_stop);
    LEAVE();
}

INFLATE_TARGET int INFLATE_FAST(pc_inflate *s, inflate_io *io)
{
    if (s->straight && io->dst_end - io->dst >= STRAIGHT_DST) return decode_straight(s, io);
    return decode_branching(s, io);
}

#undef REFILL
#undef DROP
#undef DESCEND
#undef PUT_LITERALS
#undef NEXT_ENTRY
#undef LEAVE
