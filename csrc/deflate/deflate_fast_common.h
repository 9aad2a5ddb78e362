/* Level 1: a hash table of one position a slot, greedy matching.
 *
 * As in LZ4 and igzip: the slot of the next four bytes names the last place that had them (or others of the
 * same hash); if they agree there, that's the match. Where they don't, a small table finds three bytes near
 * by: without it, machine code becomes larger than at zlib's level 1. Positions are kept modulo 2^16: an
 * older one is taken for one in the window, and the comparison of the bytes rejects it or finds it true.
 *
 * The body is inline so that each tier can compile it for its instructions; there are no vectors in it. */
#ifndef PC_DEFLATE_FAST_COMMON_H
#define PC_DEFLATE_FAST_COMMON_H

#include <stddef.h>

#include "deflate/deflate_token_common.h"
#include "match/extend.h"

enum {
    PC_FAST_BITS = 15, /* 64 KiB */
    PC_FAST_LOOK = 13, /* bytes that a step may look at: a literal and a match of twelve */
    PC_FAST_TRIPLE_BITS = 12,
    PC_FAST_TRIPLE_FAR = 512, /* further away, three bytes are hardly worth a match */
    PC_FAST_PATIENCE = 256,   /* bytes without a match before any are left out */
    PC_FAST_SKIP = 128,       /* such bytes for each eight left out between two looks */
    PC_FAST_MISSES = 1024,    /* and no more than 64 are */
    PC_FAST_CHANCE = 128,     /* what a match takes away from them that is as short as come by chance */
    PC_FAST_REAL = 8          /* a match this long begins anew */
};

typedef struct pc_fast_tables {
    uint32_t turn;         /* which slots are newest */
    uint8_t pairs, second; /* matches are many; the slots of slots[1] have been cleared */
    uint16_t triples[1 << PC_FAST_TRIPLE_BITS];
    uint16_t slots[2][1 << PC_FAST_BITS]; /* the second: deflate_pair_common.h */
} pc_fast_tables;

typedef struct pc_fast {
    uint16_t *slots, *triples;
    uint32_t bits; /* of slots */
} pc_fast;

PC_INLINE pc_fast pc_fast_at(const struct pc_parse_job *job)
{
    pc_fast_tables *tables = job->tables;
    return (pc_fast){tables->slots[tables->turn], tables->triples, job->hash_bits};
}

/* What has to be cleared beforehand. */
PC_INLINE size_t pc_fast_clear(uint32_t bits)
{
    return offsetof(pc_fast_tables, slots) + (sizeof(uint16_t) << bits);
}

/* Whether so many bytes in so many tokens mean that most of these are matches. */
PC_INLINE uint8_t pc_fast_dense(uint32_t bytes, uint32_t tokens) { return bytes / 4 > tokens; }

PC_INLINE uint16_t *pc_fast_slot(const pc_fast *t, uint32_t four)
{
    return t->slots + pc_hash_four(four, t->bits);
}

/* The distance of the last place with these three bytes, or 0 if it is beyond `reach`. Enters them. */
PC_INLINE uint32_t pc_fast_triple(const pc_fast *t, const uint8_t *here, uint32_t four, uint32_t place,
                                  uint32_t reach)
{
    uint16_t *slot = t->triples + pc_hash_four(four << 8, PC_FAST_TRIPLE_BITS);
    const uint32_t distance = (uint16_t)(place - *slot);
    *slot = (uint16_t)place;
    if (distance - 1 >= reach || (pc_load32(here - distance) ^ four) << 8 != 0) return 0;
    return distance;
}

PC_INLINE void pc_fast_insert(struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    const pc_fast t = pc_fast_at(job);
    for (uint32_t i = from; i < to && i + 4 <= job->n; i++)
        *pc_fast_slot(&t, pc_load32(job->src + i)) = (uint16_t)(job->origin + i);
}

/* The places below `end`, each with PC_FAST_LOOK bytes before the stretch ends, two at a time without a
 * branch between them: what costs is the branch mispredicted. All reach back as far as the window does unless
 * `young`. */
PC_INLINE void pc_fast_run(struct pc_parse_job *job, uint32_t end, int young)
{
    const uint8_t *src = job->src;
    const pc_fast t = pc_fast_at(job);
    const uint32_t n = job->n, origin = job->origin, window = job->window;
    uint32_t i = job->at, *out = job->tokens + job->count,
             *out_end = job->tokens + job->cap - PC_TOKEN_MARGIN;
    uint32_t misses = 0;
    while (i < end && out < out_end) {
        const uint32_t reach = young ? pc_parse_reach(job, i) : window, place = origin + i;
        const uint8_t *here = src + i;
        const uint64_t eight = pc_load64(here);
        const uint32_t four_a = (uint32_t)eight, four_b = (uint32_t)(eight >> 8);
        uint16_t *slot_a = pc_fast_slot(&t, four_a), *slot_b = pc_fast_slot(&t, four_b);
        /* Distances less one, and all ones where within reach. Others are compared with themselves and
         * refused. */
        const uint32_t dist_a = (uint16_t)(place - 1 - *slot_a), dist_b = (uint16_t)(place - *slot_b);
        const uint32_t near_a = 0 - ((dist_a - reach) >> 31), near_b = 0 - ((dist_b - reach) >> 31);
        const uint64_t differ_a = (pc_load32(here - ((dist_a + 1) & near_a)) ^ four_a) | (uint32_t)~near_a;
        const uint64_t differ_b =
            (pc_load32(here + 1 - ((dist_b + 1) & near_b)) ^ four_b) | (uint32_t)~near_b;
        const uint64_t found_a = (differ_a - 1) >> 63, found_b = (differ_b - 1) >> 63;
        *slot_a = (uint16_t)place;
        *slot_b = (uint16_t)(place + 1);
        pc_store64(out, (eight & 255) | (eight & 0xff00) << 24); /* two literals, should there be any */
        uint32_t literals = 0, length = PC_MATCH_MIN, distance;
        if (PC_LIKELY((found_a | found_b) == 0)) {
            const uint32_t near = PC_MIN(reach, (uint32_t)PC_FAST_TRIPLE_FAR);
            distance = pc_fast_triple(&t, here, four_a, place, near);
            if (PC_LIKELY(distance == 0)) {
                literals = 1;
                distance = pc_fast_triple(&t, here + 1, four_b, place + 1, near);
            }
            if (PC_LIKELY(distance == 0)) {
                out += 2;
                i += 2;
                misses += 2;
                if (PC_LIKELY(misses < PC_FAST_PATIENCE)) continue;
                /* The longer nothing is found, the less it is looked for. */
                misses = PC_MIN(misses, (uint32_t)PC_FAST_MISSES);
                for (uint32_t skip = misses / PC_FAST_SKIP; skip > 0 && i + 8 <= n && out < out_end; skip--) {
                    for (unsigned k = 0; k < 8; k++) out[k] = src[i + k];
                    out += 8;
                    i += 8;
                }
                continue;
            }
        } else {
            literals = 1 - (uint32_t)found_a;
            distance = 1 + (dist_b ^ ((dist_a ^ dist_b) & (literals - 1)));
            here += literals;
            const uint64_t differ = pc_load64(here + 4) ^ pc_load64(here + 4 - distance);
            length = 4 + (pc_trailing_zeros(differ | (uint64_t)1 << 63) >> 3);
            if (differ == 0)
                length = pc_match_extend(here, here - distance, 12,
                                         PC_MIN(n - i - literals, (uint32_t)PC_MATCH_MAX));
        }
        out += literals;
        i += literals;
        *out++ = pc_token_match(length, distance);
        *pc_fast_slot(&t, (uint32_t)(eight >> 16)) = (uint16_t)(place + 2);
        i += length;
        misses = length >= PC_FAST_REAL ? 0 : misses - PC_MIN(misses, (uint32_t)PC_FAST_CHANCE);
        /* And where the match ends, for the next one often begins there again. */
        if (PC_LIKELY(i + 3 <= n)) *pc_fast_slot(&t, pc_load32(src + i - 1)) = (uint16_t)(origin + i - 1);
    }
    job->at = i;
    job->count = (uint32_t)(out - job->tokens);
}

/* The last places, byte by byte. */
PC_INLINE void pc_fast_tail(struct pc_parse_job *job)
{
    const uint8_t *src = job->src;
    const pc_fast t = pc_fast_at(job);
    uint32_t i = job->at;
    while (i < job->n && job->count + PC_TOKEN_MARGIN < job->cap) {
        uint32_t length = 0, distance = 0, limit = PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX);
        if (limit >= 4) {
            uint16_t *slot = pc_fast_slot(&t, pc_load32(src + i));
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

/* From job->at on, without pairs. */
PC_INLINE void pc_parse_fast_body(struct pc_parse_job *job)
{
    pc_fast_tables *tables = job->tables;
    const uint32_t end = job->n >= PC_FAST_LOOK ? job->n - PC_FAST_LOOK + 1 : 0;
    const uint32_t at = job->at, count = job->count;
    if (job->history + job->at < job->window) pc_fast_run(job, PC_MIN(end, job->window - job->history), 1);
    if (job->history + job->at >= job->window) pc_fast_run(job, end, 0);
    if (job->at >= end) pc_fast_tail(job);
    tables->pairs = job->hash_bits == PC_FAST_BITS && pc_fast_dense(job->at - at, job->count - count);
}

#endif
