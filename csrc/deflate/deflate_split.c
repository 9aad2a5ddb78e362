/* Block splitting: neighbours that are alike are joined, then the cheapest way to cut what is left is found.
 *
 * The tokens are cut into at most 16 segments and counted. Two neighbours whose joint block saves half a
 * header at least are hardly ever apart in the best solution; joined at once, in pairs, pairs of pairs and so
 * on, they leave little to choose from in input of one kind, which most is. The rest is dynamic programming:
 * the cheapest way to cut the first j segments ends in a block i..j, whose cost is estimated from its counts:
 * best[j] = min best[i] + cost(i, j). That alone would be 136 estimates a group, 5 % of the time at level 3;
 * joining leaves 31 of them for a group of one kind. */
#include "deflate/deflate_split.h"

#include <string.h>

static void add(pc_symbol_counts *to, const pc_symbol_counts *from)
{
    for (unsigned s = 0; s < PC_LITLEN_CODES; s++) to->litlen[s] += from->litlen[s];
    for (unsigned s = 0; s < PC_DIST_CODES; s++) to->dist[s] += from->dist[s];
}

/* Joins neighbours that are alike; bits are the estimates of each segment. */
static unsigned join_alike(pc_split_room *room, unsigned segments, uint32_t *ends, uint32_t *bits)
{
    for (unsigned before = segments + 1; segments < before && segments > 1;) {
        unsigned n = 0;
        before = segments;
        for (unsigned i = 0; i < before; i++, n++) {
            pc_symbol_counts *to = room->segments + n;
            if (n != i) *to = room->segments[i];
            ends[n] = ends[i];
            bits[n] = bits[i];
            if (i + 1 == before) continue;
            pc_symbol_counts both = *to;
            add(&both, room->segments + i + 1);
            const uint32_t joint = pc_block_estimate(&both);
            if (joint + pc_block_header_estimate(&both) / 2 > bits[i] + bits[i + 1]) continue;
            i++;
            *to = both;
            ends[n] = ends[i];
            bits[n] = joint;
        }
        segments = n;
    }
    return segments;
}

unsigned pc_split(pc_split_room *room, unsigned segments, uint32_t ends[PC_SPLIT_MAX])
{
    uint32_t best[PC_SPLIT_MAX + 1], from[PC_SPLIT_MAX + 1], bits[PC_SPLIT_MAX];
    if (segments <= 1) return segments;
    for (unsigned i = 0; i < segments; i++) bits[i] = pc_block_estimate(room->segments + i);
    segments = join_alike(room, segments, ends, bits);
    best[0] = 0;
    for (unsigned j = 1; j <= segments; j++) {
        pc_symbol_counts sum = {{0}, {0}};
        best[j] = UINT32_MAX;
        for (unsigned i = j; i-- > 0;) {
            add(&sum, room->segments + i);
            uint32_t cost = best[i] + (i + 1 == j ? bits[i] : pc_block_estimate(&sum));
            if (cost < best[j]) {
                best[j] = cost;
                from[j] = i;
            }
        }
    }
    unsigned blocks = 0, bounds[PC_SPLIT_MAX + 1];
    for (unsigned j = segments; j > 0; j = from[j]) bounds[blocks++] = j;
    for (unsigned b = 0, i = 0; b < blocks; b++) {
        unsigned end = bounds[blocks - 1 - b];
        if (b != i) room->segments[b] = room->segments[i];
        for (unsigned j = i + 1; j < end; j++) add(room->segments + b, room->segments + j);
        i = end;
        ends[b] = ends[end - 1];
    }
    return blocks;
}
