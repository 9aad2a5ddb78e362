/* Level 1: a hash table of one position a slot, greedy matching.
 *
 * As in LZ4 and igzip: the slot of the next four bytes names the last place that had them (or others of the
 * same hash); if they agree there, that's the match. Nothing else is searched, so a literal costs one probe.
 * Positions are kept modulo 2^16: an older one is taken for one in the window, and the comparison of the
 * bytes rejects it or finds it true.
 *
 * The body is inline so that each tier can compile it for its instructions; there are no vectors in it. */
#ifndef PC_DEFLATE_FAST_COMMON_H
#define PC_DEFLATE_FAST_COMMON_H

#include "deflate/deflate_token_common.h"
#include "match/extend.h"

enum {
    PC_FAST_BITS = 15,  /* 64 KiB */
    PC_FAST_INSERT = 4, /* places of a match that are entered, its first included */
    PC_FAST_PATIENCE = 256
};

/* Knuth's multiplicative hash by the golden ratio. */
PC_INLINE uint32_t pc_fast_slot(uint32_t four) { return four * 2654435761u >> (32 - PC_FAST_BITS); }

PC_INLINE void pc_fast_insert(struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    uint16_t *table = job->tables;
    for (uint32_t i = from; i < to && i + 4 <= job->n; i++)
        table[pc_fast_slot(pc_load32(job->src + i))] = (uint16_t)(job->origin + i);
}

/* The places below `end`, each with eight bytes before the stretch ends. All reach back as far as the window
 * does unless `young`. */
PC_INLINE void pc_fast_run(struct pc_parse_job *job, uint32_t end, int young)
{
    const uint8_t *src = job->src;
    uint16_t *table = job->tables;
    const uint32_t n = job->n, origin = job->origin, window = job->window;
    uint32_t i = job->at, *out = job->tokens + job->count,
             *out_end = job->tokens + job->cap - PC_TOKEN_MARGIN;
    uint32_t misses = 0;
    while (i < end && out < out_end) {
        const uint64_t eight = pc_load64(src + i);
        const uint32_t slot = pc_fast_slot((uint32_t)eight);
        const uint32_t distance = (uint16_t)(origin + i - table[slot]);
        table[slot] = (uint16_t)(origin + i);
        if (distance - 1 < (young ? pc_parse_reach(job, i) : window)) {
            const uint64_t differ = pc_load64(src + i - distance) ^ eight;
            if ((uint32_t)differ == 0) {
                uint32_t length = pc_trailing_zeros(differ | (uint64_t)1 << 63) >> 3;
                if (differ == 0)
                    length = pc_match_extend(src + i, src + i - distance, 8,
                                             PC_MIN(n - i, (uint32_t)PC_MATCH_MAX));
                *out++ = pc_token_match(length, distance);
                for (unsigned j = 1; j < PC_FAST_INSERT; j++)
                    table[pc_fast_slot((uint32_t)(eight >> (8 * j)))] = (uint16_t)(origin + i + j);
                i += length;
                misses = 0;
                continue;
            }
        }
        *out++ = (uint8_t)eight;
        i++;
        if (PC_LIKELY(++misses < PC_FAST_PATIENCE)) continue;
        /* The longer nothing is found, the less it is looked for. */
        for (uint32_t skip = misses / PC_FAST_PATIENCE; skip > 0 && i < n && out < out_end; skip--)
            *out++ = src[i++];
    }
    job->at = i;
    job->count = (uint32_t)(out - job->tokens);
}

/* The last places, byte by byte. */
PC_INLINE void pc_fast_tail(struct pc_parse_job *job)
{
    const uint8_t *src = job->src;
    uint16_t *table = job->tables;
    uint32_t i = job->at;
    while (i < job->n && job->count + PC_TOKEN_MARGIN < job->cap) {
        uint32_t length = 0, distance = 0, limit = PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX);
        if (limit >= 4) {
            uint16_t *slot = table + pc_fast_slot(pc_load32(src + i));
            distance = (uint16_t)(job->origin + i - *slot);
            *slot = (uint16_t)(job->origin + i);
            if (distance - 1 < pc_parse_reach(job, i))
                length = pc_match_extend(src + i, src + i - distance, 0, limit);
        }
        job->tokens[job->count++] = length < 4 ? src[i] : pc_token_match(length, distance);
        i += length < 4 ? 1 : length;
    }
    job->at = i;
}

PC_INLINE void pc_parse_fast_body(struct pc_parse_job *job)
{
    const uint32_t end = job->n >= 8 ? job->n - 7 : 0;
    if (job->history + job->at < job->window) pc_fast_run(job, PC_MIN(end, job->window - job->history), 1);
    if (job->history + job->at >= job->window) pc_fast_run(job, end, 0);
    if (job->at >= end) pc_fast_tail(job);
}

#endif
