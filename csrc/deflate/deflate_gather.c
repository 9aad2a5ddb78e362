/* Gathering the matches of every place from binary trees: levels 10 to 12. */
#include "deflate/deflate_optimal.h"
#include "match/tree_common.h"

static uint32_t limit_at(const struct pc_parse_job *job, uint32_t i)
{
    return PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX);
}

/* What a tree takes for an item: distance, not one less. */
static uint32_t item_of(uint32_t length, uint32_t distance) { return pc_path_match(length, distance - 1); }

/* Enters src[i], or leaves it waiting for more bytes after it. i may be negative: history. */
static void enter(const struct pc_parse_job *job, pc_tree *tree, int64_t i)
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
static void catch_up(const struct pc_parse_job *job, pc_tree *tree)
{
    const uint32_t waiting = PC_MIN(tree->waiting, job->history + job->at);
    tree->waiting = 0;
    for (uint32_t i = waiting; i > 0; i--) enter(job, tree, (int64_t)job->at - i);
}

static void insert(const struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) enter(job, job->tables, i);
}

void pc_gather_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    catch_up(job, job->tables);
    insert(job, from, to);
}

/* The matches of place i, and i into the tree. Needs i + 4 <= n. */
static uint32_t gather(const struct pc_parse_job *job, pc_tree *tree, uint32_t i, uint32_t *list)
{
    const uint8_t *here = job->src + i;
    const uint32_t four = pc_load32(here), position = job->origin + i, limit = limit_at(job, i);
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
                              list + n, item_of);
}

uint32_t pc_gather(const struct pc_parse_job *job, struct pc_path_room *room)
{
    const uint32_t n = PC_MIN(job->n - job->at, (uint32_t)PC_PATH_BYTES);
    uint32_t used = 0, i = 0;
    catch_up(job, job->tables);
    while (i < n && used + PC_PATH_MARGIN <= PC_PATH_LISTS) {
        const uint32_t at = job->at + i, before = used;
        room->first[i++] = used;
        if (at + 4 <= job->n)
            used += gather(job, job->tables, at, room->lists + used);
        else
            insert(job, at, at + 1);
        const uint32_t length = used > before ? pc_path_length(room->lists[used - 1]) : 0;
        if (length < job->effort.nice) continue;
        const uint32_t end = PC_MIN(i + length - 1, n);
        insert(job, job->at + i, job->at + end);
        for (; i < end; i++) room->first[i] = used;
    }
    room->first[i] = used;
    return i;
}
