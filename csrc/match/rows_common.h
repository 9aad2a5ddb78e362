/* Row hash: the recent places of a hash value in one row, found by one vector comparison.
 *
 * The idea is that of zstd's row matchfinder (2021). One part of the hash of the next four bytes chooses a
 * row of 16, 32 or 64 entries, the rest is an 8-bit tag beside each entry. So of the places in a row only
 * those that nearly always begin with the same bytes are ever touched, where a hash chain walks through all
 * of them, each step waiting for the one before.
 *
 * A row is a ring: the newest entry is at `head`, older ones follow. Tags, positions and heads are three
 * arrays. Tag 0 means never written, so the positions of a fresh table need not be cleared. */
#ifndef PC_MATCH_ROWS_COMMON_H
#define PC_MATCH_ROWS_COMMON_H

#include "base/mem.h"
#include "match/extend.h"

enum { PC_ROWS_TAG_BITS = 8 };

/* `bits` rows of `ways` entries: where the arrays are. */
typedef struct pc_rows {
    uint8_t *heads, *tags;
    uint16_t *positions;
} pc_rows;

PC_INLINE size_t pc_rows_size(unsigned bits, unsigned ways) { return ((size_t)1 << bits) * (1 + 3 * ways); }
PC_INLINE size_t pc_rows_clear_size(unsigned bits, unsigned ways) { return ((size_t)1 << bits) * (1 + ways); }

PC_INLINE pc_rows pc_rows_at(void *memory, unsigned bits, unsigned ways)
{
    uint8_t *heads = memory, *tags = heads + ((size_t)1 << bits);
    return (pc_rows){heads, tags, (uint16_t *)(void *)(tags + ((size_t)ways << bits))};
}

/* Knuth's multiplicative hash by the golden ratio: row << 8 | tag. */
PC_INLINE uint32_t pc_rows_hash(uint32_t four, unsigned bits)
{
    uint32_t hash = four * 2654435761u >> (32 - bits - PC_ROWS_TAG_BITS);
    return hash | ((hash & 255) == 0);
}

PC_INLINE void pc_rows_push(const pc_rows *rows, uint32_t hash, uint32_t position, unsigned ways)
{
    uint32_t row = hash >> PC_ROWS_TAG_BITS, head = (rows->heads[row] - 1u) & (ways - 1);
    rows->heads[row] = (uint8_t)head;
    rows->tags[row * ways + head] = (uint8_t)hash;
    rows->positions[row * ways + head] = (uint16_t)position;
}

/* Bits of the `ways` tags that equal `tag`, from tags[0] up. The specification of its vector variants. */
typedef uint64_t pc_rows_mask_fn(const uint8_t *tags, uint32_t tag, unsigned ways);

PC_INLINE uint64_t pc_rows_mask_scalar(const uint8_t *tags, uint32_t tag, unsigned ways)
{
    uint64_t mask = 0, ones = 0x0101010101010101u, low = 0x7f7f7f7f7f7f7f7fu;
    for (unsigned i = 0; i < ways; i += 8) {
        uint64_t x = pc_load64(tags + i) ^ tag * ones;
        x = ~(((x & low) + low) | x | low); /* 0x80 where a byte is zero */
        mask |= (((x >> 7) * 0x0102040810204080u) >> 56) << i;
    }
    return mask;
}

/* The mask rotated so that bit 0 is the newest entry. */
PC_INLINE uint64_t pc_rows_by_age(uint64_t mask, uint32_t head, unsigned ways)
{
    if (ways == 64) return mask >> head | mask << (-head & 63);
    if (ways == 32) return (uint32_t)mask >> head | (uint32_t)mask << (-head & 31);
    return (mask | mask << 16) >> head & 0xffff;
}

#endif
