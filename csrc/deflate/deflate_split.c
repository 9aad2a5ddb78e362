/* Block splitting by dynamic programming over segments.
 *
 * The tokens are cut into at most 16 segments and counted. The cheapest way to cut the first j segments into
 * blocks ends in a block i..j, whose cost is estimated from its counts: best[j] = min best[i] + cost(i, j).
 * That is at most 136 estimates a group, some 100 microseconds for each quarter megabyte. */
#include "deflate/deflate_split.h"

#include <string.h>

static void add(pc_symbol_counts *to, const pc_symbol_counts *from)
{
    for (unsigned s = 0; s < PC_LITLEN_CODES; s++) to->litlen[s] += from->litlen[s];
    for (unsigned s = 0; s < PC_DIST_CODES; s++) to->dist[s] += from->dist[s];
}

unsigned pc_split(pc_split_room *room, unsigned segments, uint32_t ends[PC_SPLIT_MAX])
{
    uint32_t best[PC_SPLIT_MAX + 1], from[PC_SPLIT_MAX + 1];
    if (segments <= 1) return segments;
    best[0] = 0;
    for (unsigned j = 1; j <= segments; j++) {
        pc_symbol_counts sum = {{0}, {0}};
        best[j] = UINT32_MAX;
        for (unsigned i = j; i-- > 0;) {
            add(&sum, room->segments + i);
            uint32_t cost = best[i] + pc_block_estimate(&sum);
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
