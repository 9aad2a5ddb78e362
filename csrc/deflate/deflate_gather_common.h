/* Gathering the matches of every place: levels 8 and 9 from deep rows, 10 to 12 from binary trees. */
#ifndef PC_DEFLATE_GATHER_COMMON_H
#define PC_DEFLATE_GATHER_COMMON_H

#include "deflate/deflate_optimal_common.h"
#include "match/deep_rows_common.h"
#include "match/tree_common.h"

enum { PC_GATHER_TREE = 0 /* the `ways` of a level that uses trees */ };

/* The eight bytes at i as far as there are any, zeros after them. n >= 8. */
PC_INLINE uint64_t pc_gather_load(const struct pc_parse_job *job, uint32_t i)
{
    if (PC_LIKELY(i + 8 <= job->n)) return pc_load64(job->src + i);
    return pc_load64(job->src + job->n - 8) >> (8 * (i + 8 - job->n));
}

PC_INLINE uint32_t pc_gather_limit(const struct pc_parse_job *job, uint32_t i)
{
    return PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX);
}

PC_INLINE void pc_deep_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to, unsigned ways)
{
    const pc_deep_rows rows = pc_deep_at(job->tables, ways);
    if (job->n < 8) return;
    to = PC_MIN(to, job->n - 7);
    for (uint32_t i = from; i < to; i++) pc_deep_enter(&rows, pc_load64(job->src + i), job->origin + i, ways);
}

/* The matches of place i, and i into the tables. From new to old, so ever further away: a place that isn't
 * longer than the last is none, and four bytes at its end tell. Needs i + PC_DEEP_BYTES <= n, n >= 8. */
PC_INLINE uint32_t pc_deep_search(const struct pc_parse_job *job, const pc_deep_rows *rows, uint32_t i,
                                  uint32_t *list, unsigned ways, pc_deep_mask_fn *tags_mask)
{
    const uint8_t *here = job->src + i;
    const uint64_t eight = pc_gather_load(job, i);
    const uint32_t four = (uint32_t)eight, hash = pc_deep_hash(eight, ways), row = hash >> PC_DEEP_TAG_BITS;
    const uint32_t position = job->origin + i, reach = pc_parse_reach(job, i),
                   limit = pc_gather_limit(job, i);
    const uint32_t head = rows->heads[row], nice = PC_MIN(limit, (uint32_t)job->effort.nice);
    const uint16_t *positions = rows->positions + row * ways;
    uint64_t mask = pc_deep_candidates(rows, hash, ways, tags_mask);
    uint32_t length = 3, n = 0;
    /* Distances less one, as in lists. */
    const uint32_t three_away = (uint16_t)(position - 1 - *pc_deep_triple(rows, eight));
    const uint32_t four_away = (uint16_t)(position - 1 - *pc_deep_quad(rows, eight));
    pc_deep_enter(rows, eight, position, ways);
    if (three_away < reach && three_away != four_away &&
        ((pc_load32(here - 1 - three_away) ^ four) & 0xffffff) == 0)
        list[n++] = pc_path_match(3, three_away);
    if (four_away < reach && pc_load32(here - 1 - four_away) == four) {
        length = pc_match_extend(here, here - 1 - four_away, 4, limit);
        list[n++] = pc_path_match(length, four_away);
    }
    if (length >= nice) return n;
    const uint8_t *end = here + length - 4; /* the four bytes after it must agree for a longer match, */
    uint32_t tail = pc_load32(end + 1);     /* `end` being one less so that distance - 1 can be subtracted */
    for (; mask != 0; mask &= mask - 1) {
        const unsigned entry = (head + pc_trailing_zeros(mask)) & (ways - 1);
        uint32_t distance = (uint16_t)(position - 1 - positions[entry]);
        if (distance >= reach) break;
        if (pc_load32(end - distance) != tail) continue;
        uint32_t found = pc_match_extend(here, here - 1 - distance, 0, limit);
        if (found <= length) continue;
        length = found;
        list[n++] = pc_path_match(found, distance);
        if (found >= nice) break;
        end = here + length - 4;
        tail = pc_load32(end + 1);
    }
    return n;
}

/* What a tree takes for an item: distance, not one less. */
PC_INLINE uint32_t pc_tree_item_of(uint32_t length, uint32_t distance)
{
    return pc_path_match(length, distance - 1);
}

/* Enters src[i], or leaves it waiting for more bytes after it. i may be negative: history. */
PC_INLINE void pc_tree_enter(const struct pc_parse_job *job, pc_tree *tree, int64_t i)
{
    const uint32_t nice = job->effort.nice, position = job->origin + (uint32_t)i;
    const uint32_t limit = (uint32_t)PC_MIN((int64_t)job->n - i, (int64_t)PC_MATCH_MAX);
    if (limit < nice) {
        pc_tree_skip(tree, position);
        tree->waiting++;
        return;
    }
    const uint32_t before = (uint32_t)((int64_t)job->history + i), reach = PC_MIN(job->window, before);
    pc_tree_search(tree, job->src + i, position, PC_MIN(reach, (uint32_t)PC_TREE_WINDOW - 1), limit, nice,
                   job->effort.depth, PC_MATCH_MAX, NULL, NULL);
}

/* The places before job->at that wait, as far as they are still history. */
PC_INLINE void pc_tree_catch_up(const struct pc_parse_job *job, pc_tree *tree)
{
    const uint32_t waiting = PC_MIN(tree->waiting, job->history + job->at);
    tree->waiting = 0;
    for (uint32_t i = waiting; i > 0; i--) pc_tree_enter(job, tree, (int64_t)job->at - i);
}

PC_INLINE void pc_tree_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) pc_tree_enter(job, job->tables, i);
}

/* The matches of place i, and i into the tree. Needs i + 4 <= n. */
PC_INLINE uint32_t pc_tree_gather(const struct pc_parse_job *job, pc_tree *tree, uint32_t i, uint32_t *list)
{
    const uint8_t *here = job->src + i;
    const uint32_t four = pc_load32(here), position = job->origin + i, limit = pc_gather_limit(job, i);
    const uint32_t reach = PC_MIN(pc_parse_reach(job, i), (uint32_t)PC_TREE_WINDOW - 1);
    uint16_t *triple = pc_tree_triple(tree, four);
    uint32_t n = 0;
    for (unsigned t = 0; t < 2 && n == 0; t++) {
        const uint32_t distance = (uint16_t)(position - 1 - triple[t]);
        if (distance >= reach) break;
        if (((pc_load32(here - 1 - distance) ^ four) & 0xffffff) == 0) list[n++] = pc_path_match(3, distance);
    }
    triple[1] = triple[0];
    triple[0] = (uint16_t)position;
    if (limit < job->effort.nice) tree->waiting++;
    return n + pc_tree_search(tree, here, position, reach, limit, job->effort.nice, job->effort.depth, 3,
                              list + n, pc_tree_item_of);
}

/* The matches of the places from job->at, until PC_PATH_BYTES, the room for lists or the stretch end. Returns
 * how many places. Inside a match of at least `nice` bytes nothing is looked for. */
PC_INLINE uint32_t pc_gather_body(const struct pc_parse_job *shared, struct pc_path_room *room, unsigned ways,
                                  pc_deep_mask_fn *tags_mask)
{
    /* A copy that the stores into byte arrays can't touch, so that its fields stay in registers. */
    const struct pc_parse_job copy = *shared, *job = &copy;
    const int trees = ways == PC_GATHER_TREE;
    const pc_deep_rows rows = pc_deep_at(job->tables, trees ? 32 : ways);
    const uint32_t need = trees ? 4 : job->n < 8 ? 8 : PC_DEEP_BYTES;
    uint32_t n = PC_MIN(job->n - job->at, (uint32_t)PC_PATH_BYTES), used = 0, i = 0;
    if (trees) pc_tree_catch_up(job, job->tables);
    while (i < n && used + PC_PATH_MARGIN <= PC_PATH_LISTS) {
        const uint32_t at = job->at + i, before = used;
        room->first[i++] = used;
        if (at + need <= job->n)
            used += trees ? pc_tree_gather(job, job->tables, at, room->lists + used)
                          : pc_deep_search(job, &rows, at, room->lists + used, ways, tags_mask);
        else if (trees)
            pc_tree_insert(job, at, at + 1);
        uint32_t length = used > before ? pc_path_length(room->lists[used - 1]) : 0;
        if (length < job->effort.nice) continue;
        uint32_t end = PC_MIN(i + length - 1, n);
        if (trees)
            pc_tree_insert(job, job->at + i, job->at + end);
        else
            pc_deep_insert(job, job->at + i, job->at + end, ways);
        for (; i < end; i++) room->first[i] = used;
    }
    room->first[i] = used;
    return i;
}

/* Compiles the body for trees and each width of row. */
PC_INLINE uint32_t pc_gather_switch(struct pc_parse_job *job, struct pc_path_room *room, unsigned ways,
                                    pc_deep_mask_fn *tags_mask)
{
    if (ways == PC_GATHER_TREE) return pc_gather_body(job, room, PC_GATHER_TREE, tags_mask);
    if (ways == 32) return pc_gather_body(job, room, 32, tags_mask);
    return pc_gather_body(job, room, 64, tags_mask);
}

#endif
