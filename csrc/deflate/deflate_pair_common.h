/* Level 1 where matches are many: two halves of the input parsed side by side.
 *
 * Whether there is a match and how long it is can't be foreseen, so branches on them are mispredicted about
 * once a match. Here nothing branches on either: both places of a step are compared over 32 bytes, the longer
 * match is chosen by masks, and a step that found none writes its token all the same and doesn't count
 * it. What is left is waiting, from a place to its slot, to the bytes that names, to the length and so to the
 * next place, some 65 cycles. That is what the second half is for: it has a table of its own, so that the
 * two depend on nothing of each other. Into the second half's table every third place of the first is
 * entered beforehand.
 *
 * The longer of two places is worth 1 to 7 % of size, so no table of three bytes is kept. Where literals are
 * many, foreseeing them is faster: deflate_fast_common.h.
 *
 * A template: PC_PAIR_COMMON(a, b) is how many of 32 bytes agree, PC_PAIR_TARGET the function attribute. */
#ifndef PC_PAIR_COMMON
#error "define PC_PAIR_COMMON and PC_PAIR_TARGET"
#endif

#include <string.h>

#include "deflate/deflate_fast_common.h"

enum {
    PC_PAIR_LOOK = 40,       /* bytes that a step may look at */
    PC_PAIR_COMPARED = 32,   /* bytes compared at once */
    PC_PAIR_LEAST = 1 << 12, /* bytes of a half: less isn't worth the start */
    PC_PAIR_MOST = 1 << 15,
    PC_PAIR_STRIDE = 3 /* between places of the first half that the second knows of */
};

typedef struct pc_lane {
    uint16_t *slots;
    uint32_t *out;
    uint32_t i, n; /* as in the job, but only up to the end of this half */
} pc_lane;

/* All ones if x < y, of numbers far below 2^31; no compiler makes a branch of it. */
PC_INLINE PC_PAIR_TARGET uint32_t pc_lane_below(uint32_t x, uint32_t y)
{
    return (uint32_t)((int32_t)(x - y) >> 31);
}

/* Two places from lane->i on, which has PC_PAIR_LOOK bytes before the lane ends, and one at least behind. */
PC_INLINE PC_PAIR_TARGET void pc_lane_step(const struct pc_parse_job *job, pc_lane *lane)
{
    const uint8_t *here = job->src + lane->i;
    const uint32_t place = job->origin + lane->i, reach = pc_parse_reach(job, lane->i) - 1;
    const uint64_t eight = pc_load64(here);
    uint16_t *slot_a = lane->slots + pc_hash_four((uint32_t)eight, PC_FAST_BITS);
    uint16_t *slot_b = lane->slots + pc_hash_four((uint32_t)(eight >> 8), PC_FAST_BITS);
    /* Distances less one; one out of reach becomes the furthest, which is compared like any other. */
    const uint32_t far_a = PC_MIN((uint32_t)(uint16_t)(place - 1 - *slot_a), reach);
    *slot_a = (uint16_t)place;
    const uint32_t far_b = PC_MIN((uint32_t)(uint16_t)(place - *slot_b), reach);
    *slot_b = (uint16_t)(place + 1);
    const uint32_t length_a = PC_PAIR_COMMON(here, here - 1 - far_a);
    const uint32_t length_b = PC_PAIR_COMMON(here + 1, here - far_b);
    /* Bytes that a step covers: those of the first match or, if it is none, two literals; or the second with
     * the literal before it, if that is longer by more than the literal. */
    const uint32_t found_a = pc_lane_below(3, length_a);
    const uint32_t covers_a = 2 + ((length_a - 2) & found_a);
    const uint32_t take_b = pc_lane_below(covers_a + 1, length_b);
    const uint32_t covers = covers_a + ((length_b + 1 - covers_a) & take_b);
    const uint32_t literals = (2 & ~found_a & ~take_b) | (1 & take_b);
    const uint32_t far = far_a ^ ((far_a ^ far_b) & take_b);
    uint32_t length = covers - literals;
    pc_store64(lane->out, (eight & 255) | (eight & 0xff00) << 24);
    lane->out += literals;
    *lane->out = pc_token_match(length, far + 1);
    lane->out += 1 & (found_a | take_b);
    lane->i += covers;
    if (PC_UNLIKELY(length == PC_PAIR_COMPARED)) {
        const uint8_t *match = here + literals;
        length = pc_match_extend(match, match - 1 - far, PC_PAIR_COMPARED,
                                 PC_MIN(lane->n - lane->i + PC_PAIR_COMPARED, (uint32_t)PC_MATCH_MAX));
        lane->out[-1] = pc_token_match(length, far + 1);
        lane->i += length - PC_PAIR_COMPARED;
    }
    /* Where a match ends, for the next one often begins there again. */
    if (PC_LIKELY(lane->i + 3 <= job->n))
        lane->slots[pc_hash_four(pc_load32(job->src + lane->i - 1), PC_FAST_BITS)] =
            (uint16_t)(job->origin + lane->i - 1);
}

/* The last places of a half, one by one. */
PC_INLINE PC_PAIR_TARGET void pc_lane_end(const struct pc_parse_job *job, pc_lane *lane)
{
    while (lane->i < lane->n) {
        const uint8_t *here = job->src + lane->i;
        uint32_t length = 0, far = 0, limit = PC_MIN(lane->n - lane->i, (uint32_t)PC_MATCH_MAX);
        if (limit >= 4) {
            uint16_t *slot = lane->slots + pc_hash_four(pc_load32(here), PC_FAST_BITS);
            far = (uint16_t)(job->origin + lane->i - 1 - *slot);
            *slot = (uint16_t)(job->origin + lane->i);
            if (far < pc_parse_reach(job, lane->i)) length = pc_match_extend(here, here - 1 - far, 0, limit);
        }
        *lane->out++ = length < 4 ? *here : pc_token_match(length, far + 1);
        lane->i += length < 4 ? 1 : length;
    }
}

PC_INLINE PC_PAIR_TARGET void pc_pair_run(const struct pc_parse_job *job, pc_lane *first, pc_lane *second)
{
    /* Copies, that the stores can't touch. */
    const struct pc_parse_job plain = *job;
    pc_lane a = *first, b = *second;
    const uint32_t end_a = a.n - PC_PAIR_LOOK, end_b = b.n - PC_PAIR_LOOK;
    while (a.i < end_a && b.i < end_b) {
        pc_lane_step(&plain, &a);
        pc_lane_step(&plain, &b);
    }
    while (a.i < end_a) pc_lane_step(&plain, &a);
    while (b.i < end_b) pc_lane_step(&plain, &b);
    pc_lane_end(&plain, &a);
    pc_lane_end(&plain, &b);
    *first = a;
    *second = b;
}

/* As far as there is input and room for two halves, and as matches are many. */
PC_INLINE PC_PAIR_TARGET void pc_parse_pairs(struct pc_parse_job *job)
{
    pc_fast_tables *tables = job->tables;
    while (tables->pairs && job->history + job->at != 0) {
        const uint32_t room = PC_MIN(job->room - job->count, job->n - job->at);
        const uint32_t half = PC_MIN(room / 2, (uint32_t)PC_PAIR_MOST), middle = job->at + half;
        if (half < PC_PAIR_LEAST) break;
        uint32_t *tokens = job->tokens + job->count;
        pc_lane a = {tables->slots[tables->turn], tokens, job->at, middle};
        pc_lane b = {tables->slots[tables->turn ^ 1], tokens + half, middle, middle + half};
        if (!tables->second) memset(b.slots, 0, sizeof tables->slots[0]);
        tables->second = 1;
        for (uint32_t i = job->at; i < middle; i += PC_PAIR_STRIDE)
            b.slots[pc_hash_four(pc_load32(job->src + i), PC_FAST_BITS)] = (uint16_t)(job->origin + i);
        pc_pair_run(job, &a, &b);
        const uint32_t count = (uint32_t)(b.out - (tokens + half));
        memmove(a.out, tokens + half, count * sizeof *tokens);
        const uint32_t made = (uint32_t)(a.out - tokens) + count;
        job->count += made;
        job->at = b.i;
        tables->turn ^= 1;
        tables->pairs = pc_fast_dense(2 * half, made);
    }
}
