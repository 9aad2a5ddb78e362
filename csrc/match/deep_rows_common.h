/* Rows of places by a hash of five bytes, deep enough for a parser that wants all matches of a place.
 *
 * As rows_common.h, with two differences. The rows hash five bytes, so that the places of frequent four-byte
 * strings don't push the long matches out: 32 entries then find more than 64 do by four bytes. What that
 * loses, the nearest match of three and of four bytes, two tables of single places keep. */
#ifndef PC_MATCH_DEEP_ROWS_COMMON_H
#define PC_MATCH_DEEP_ROWS_COMMON_H

#include "base/mem.h"
#include "match/extend.h"

enum {
    PC_DEEP_BYTES = 5,
    PC_DEEP_ENTRY_BITS = 16, /* entries in all: two for each place of a window, so that most stay */
    PC_DEEP_TAG_BITS = 8,    /* 0: never written, so that the positions of a fresh table need no clearing */
    PC_DEEP_TRIPLE_BITS = 12,
    PC_DEEP_QUAD_BITS = 14,
    PC_DEEP_SINGLES = (1 << PC_DEEP_TRIPLE_BITS) + (1 << PC_DEEP_QUAD_BITS)
};

typedef struct pc_deep_rows {
    uint16_t *triples, *quads;
    uint8_t *heads, *tags;
    uint16_t *positions;
} pc_deep_rows;

/* Bits of the `ways` tags that equal `tag`, from tags[0] up. */
typedef uint64_t pc_deep_mask_fn(const uint8_t *tags, uint32_t tag, unsigned ways);

PC_INLINE unsigned pc_deep_bits(unsigned ways) { return PC_DEEP_ENTRY_BITS - pc_log2_floor(ways); }
PC_INLINE size_t pc_deep_clear_size(unsigned ways)
{
    return PC_DEEP_SINGLES * sizeof(uint16_t) + ((size_t)1 << pc_deep_bits(ways)) + (1 << PC_DEEP_ENTRY_BITS);
}
PC_INLINE size_t pc_deep_size(unsigned ways)
{
    return pc_deep_clear_size(ways) + (sizeof(uint16_t) << PC_DEEP_ENTRY_BITS);
}

PC_INLINE pc_deep_rows pc_deep_at(void *tables, unsigned ways)
{
    uint16_t *triples = tables;
    uint8_t *heads = (uint8_t *)tables + PC_DEEP_SINGLES * sizeof(uint16_t);
    uint8_t *tags = heads + ((size_t)1 << pc_deep_bits(ways));
    return (pc_deep_rows){triples, triples + (1 << PC_DEEP_TRIPLE_BITS), heads, tags,
                          (uint16_t *)(void *)(tags + (1 << PC_DEEP_ENTRY_BITS))};
}

/* Multiplicative hashes by the golden ratio; the first is row << 8 | tag. */
PC_INLINE uint32_t pc_deep_hash(uint64_t eight, unsigned ways)
{
    const unsigned bits = pc_deep_bits(ways) + PC_DEEP_TAG_BITS;
    uint32_t hash = (uint32_t)((eight << (64 - 8 * PC_DEEP_BYTES)) * 0x9e3779b97f4a7c15u >> (64 - bits));
    return hash | ((hash & 255) == 0);
}
PC_INLINE uint16_t *pc_deep_triple(const pc_deep_rows *rows, uint64_t eight)
{
    return rows->triples + ((uint32_t)eight << 8) * 2654435761u / (1u << (32 - PC_DEEP_TRIPLE_BITS));
}
PC_INLINE uint16_t *pc_deep_quad(const pc_deep_rows *rows, uint64_t eight)
{
    return rows->quads + (uint32_t)eight * 2654435761u / (1u << (32 - PC_DEEP_QUAD_BITS));
}

PC_INLINE void pc_deep_push(const pc_deep_rows *rows, uint32_t hash, uint32_t position, unsigned ways)
{
    uint32_t row = hash >> PC_DEEP_TAG_BITS, head = (rows->heads[row] - 1u) & (ways - 1);
    rows->heads[row] = (uint8_t)head;
    rows->tags[row * ways + head] = (uint8_t)hash;
    rows->positions[row * ways + head] = (uint16_t)position;
}

PC_INLINE void pc_deep_enter(const pc_deep_rows *rows, uint64_t eight, uint32_t position, unsigned ways)
{
    *pc_deep_triple(rows, eight) = *pc_deep_quad(rows, eight) = (uint16_t)position;
    pc_deep_push(rows, pc_deep_hash(eight, ways), position, ways);
}

/* The mask of entries with this hash, rotated so that bit 0 is the newest. */
PC_INLINE uint64_t pc_deep_candidates(const pc_deep_rows *rows, uint32_t hash, unsigned ways,
                                      pc_deep_mask_fn *tags_mask)
{
    const uint32_t row = hash >> PC_DEEP_TAG_BITS, head = rows->heads[row];
    const uint64_t mask = tags_mask(rows->tags + row * ways, hash & 255, ways);
    if (ways == 64) return mask >> head | mask << (-head & 63);
    return (uint32_t)mask >> head | (uint32_t)mask << (-head & 31);
}

#endif
