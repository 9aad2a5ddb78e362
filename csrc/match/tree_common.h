/* Binary trees of places, for near-optimal parsing: all the longest matches of a place, nearest first, in
 * logarithmic time where a chain would be linear.
 *
 * As in LZMA and libdeflate: all places with one hash value of four bytes form a search tree sorted by the
 * bytes that follow them. A new place becomes the root: the old tree is cut in two along the search for it,
 * smaller strings to its left, greater ones to its right. So newer places are always above older ones, and
 * what the search passes are the matches, each longer one the nearest of its length. Between a smaller string
 * and a greater one, all others begin with what these two have in common, so no byte is compared twice.
 *
 * Positions are 16 bits, modulo 2^16, and never slide. Links can't be mistaken: a node is visited only while
 * nearer than 2^15, when its links are younger than 2^16. A root may be stale and seem to be a later place;
 * that place is the top of some sorted tree all the same, so what is found is true, and cutting it leaves
 * both trees sorted. This needs every place to have links, if only to nothing (`enter` or `skip`).
 *
 * The order of two strings shows within `nice` bytes or they count as equal, the newer one taking the place
 * of the older. So a place can be entered only when so many bytes follow it in the buffer: the last ones of a
 * stretch wait for the next. */
#ifndef PC_MATCH_TREE_COMMON_H
#define PC_MATCH_TREE_COMMON_H

#include <stddef.h>

#include "base/mem.h"
#include "match/extend.h"

enum {
    PC_TREE_WINDOW = 1 << 15,
    PC_TREE_ROOT_BITS = 15,  /* roots by a hash of four bytes */
    PC_TREE_TRIPLE_BITS = 14 /* pairs of places by a hash of three */
};

typedef struct pc_tree {
    uint32_t waiting; /* places before the next that are not entered yet */
    uint32_t unused;
    uint16_t triples[2 << PC_TREE_TRIPLE_BITS]; /* newest and the one before */
    uint16_t roots[1 << PC_TREE_ROOT_BITS];
    uint16_t links[2 * PC_TREE_WINDOW]; /* left and right of each place; not cleared */
} pc_tree;

enum { PC_TREE_CLEAR = offsetof(pc_tree, links) };

PC_INLINE uint32_t pc_tree_root(uint32_t four) { return four * 2654435761u >> (32 - PC_TREE_ROOT_BITS); }
PC_INLINE uint16_t *pc_tree_links(pc_tree *tree, uint32_t position)
{
    return tree->links + 2 * (position & (PC_TREE_WINDOW - 1));
}

PC_INLINE uint16_t *pc_tree_triple(pc_tree *tree, uint32_t four)
{
    return tree->triples + 2 * ((four << 8) * 2654435761u >> (32 - PC_TREE_TRIPLE_BITS));
}

/* A link that leads nowhere for as long as the place itself is near. */
PC_INLINE uint16_t pc_tree_nowhere(uint32_t position) { return (uint16_t)(position ^ PC_TREE_WINDOW); }

/* A place that is in no tree. */
PC_INLINE void pc_tree_skip(pc_tree *tree, uint32_t position)
{
    uint16_t *links = pc_tree_links(tree, position);
    links[0] = links[1] = pc_tree_nowhere(position);
}

/* A link taken over from an older place: one that leads nowhere must go on doing so. */
PC_INLINE uint16_t pc_tree_inherit(uint16_t link, uint32_t position)
{
    return (uint16_t)(position - link) < PC_TREE_WINDOW ? link : pc_tree_nowhere(position);
}

/* What a match is written as. */
typedef uint32_t pc_tree_item(uint32_t length, uint32_t distance);

/* Searches the tree of `here` for matches longer than `length`, written to list if there is one, and makes it
 * the root unless `limit` < nice. limit >= 4 bytes can be read; reach < PC_TREE_WINDOW. Returns how many. */
PC_INLINE uint32_t pc_tree_search(pc_tree *tree, const uint8_t *here, uint32_t position, uint32_t reach,
                                  uint32_t limit, uint32_t nice, uint32_t depth, uint32_t length,
                                  uint32_t *list, pc_tree_item *item)
{
    uint16_t *root = tree->roots + pc_tree_root(pc_load32(here)), unused[2];
    uint16_t *links = pc_tree_links(tree, position), *less = links, *more = links + 1;
    uint32_t node = *root, less_length = 0, more_length = 0, n = 0;
    const int enter = limit >= nice;
    if (enter) {
        *root = (uint16_t)position;
    } else {
        pc_tree_skip(tree, position);
        less = more = unused;
        nice = limit;
    }
    for (;; depth--) {
        uint32_t distance = (uint16_t)(position - node);
        if (distance - 1 >= reach || depth == 0) {
            *less = *more = pc_tree_nowhere(position);
            return n;
        }
        const uint8_t *there = here - distance;
        uint16_t *pair = pc_tree_links(tree, node);
        uint32_t same = PC_MIN(less_length, more_length);
        if (there[same] == here[same]) {
            same = pc_match_extend(here, there, same + 1, limit);
            if (same > length) {
                length = same;
                if (list != NULL) list[n++] = item(same, distance);
            }
            if (same >= nice) {
                if (enter) {
                    *less = pc_tree_inherit(pair[0], position);
                    *more = pc_tree_inherit(pair[1], position);
                }
                return n;
            }
        }
        if (there[same] < here[same]) {
            if (enter) *less = (uint16_t)node;
            if (enter) less = pair + 1;
            node = pair[1];
            less_length = same;
        } else {
            if (enter) *more = (uint16_t)node;
            if (enter) more = pair;
            node = pair[0];
            more_length = same;
        }
    }
}

#endif
