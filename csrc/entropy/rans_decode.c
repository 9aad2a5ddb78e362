/* rANS decoder: the scalar kernel and the driver that walks the runs.
 *
 * Groups of 64 symbols, one a lane, go through the kernel of the table, which may read a whole
 * group's 128 bytes at once. When fewer are left, the rest of the input moves into a padded copy, in
 * which kernels cannot leave the buffer; reading past the real end is noticed afterwards, and the
 * symbols made up from padding are thrown away with the error. */
#include <string.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

enum { GROUP_BYTES = PC_RANS_GROUP_BYTES };

/* Whole groups for any number of lanes; a constant one lets the compiler unroll. */
PC_INLINE size_t decode_groups(unsigned lanes, uint32_t *states, const uint32_t *entries, const uint8_t **src,
                               const uint8_t *src_end, uint8_t *dst, size_t groups)
{
    const uint8_t *in = *src;
    size_t g = 0;
    for (; g < groups && src_end - in >= GROUP_BYTES; g++) {
        for (unsigned lane = 0; lane < lanes; lane++) {
            uint32_t entry = entries[states[lane] & (PC_RANS_TOTAL - 1)];
            uint32_t x = pc_rans_pop(states[lane], entry);
            uint32_t low = x < PC_RANS_LOW; /* a coin toss: masks and shifts keep it free of branches */
            states[lane] = x << 16 * low | (pc_load16(in) & (0u - low));
            in += 2 * low;
            dst[lane] = (uint8_t)entry;
        }
        dst += lanes;
    }
    *src = in;
    return g;
}

size_t pc_rans_decode_scalar(uint32_t states[64], const uint32_t entries[4096], const uint8_t **src,
                             const uint8_t *src_end, uint8_t *dst, size_t groups)
{
    return decode_groups(PC_RANS_LANES, states, entries, src, src_end, dst, groups);
}

/* Few lanes live in locals, so that they can stay in registers. */
static size_t decode_four(uint32_t *states, const uint32_t *entries, const uint8_t **src,
                          const uint8_t *src_end, uint8_t *dst, size_t groups)
{
    uint32_t local[PC_RANS_FEW_LANES];
    memcpy(local, states, sizeof local);
    size_t done = decode_groups(PC_RANS_FEW_LANES, local, entries, src, src_end, dst, groups);
    memcpy(states, local, sizeof local);
    return done;
}

typedef struct source {
    const uint8_t *at, *end;
    const uint8_t *real_end; /* of the words: the same as end, or inside tail */
    int padded;
    uint8_t tail[3 * GROUP_BYTES];
} source;

/* Makes at least a group's bytes readable; false when the real input has been overrun. */
static int earn_slack(source *s)
{
    if (s->end - s->at >= GROUP_BYTES) return 1;
    if (!s->padded) {
        size_t left = (size_t)(s->end - s->at);
        memset(s->tail, 0, sizeof s->tail);
        memcpy(s->tail, s->at, left);
        s->at = s->tail;
        s->real_end = s->tail + left;
        s->end = s->tail + sizeof s->tail;
        s->padded = 1;
        return 1;
    }
    return 0; /* at least two groups' worth of padding is gone */
}

static pc_status decode_run(const pc_kernels *kernels, unsigned lanes, uint32_t *states, source *s,
                            const pc_rans_decode_run *run)
{
    const uint32_t *entries = run->table->entries;
    uint8_t *dst = run->dst;
    size_t groups = run->n / lanes;
    while (groups > 0) {
        size_t done;
        if (!earn_slack(s)) return PC_ERR_TRUNCATED;
        if (lanes == PC_RANS_LANES) {
            done = kernels->rans_decode(states, entries, &s->at, s->end, dst, groups);
        } else if (lanes == PC_RANS_FEW_LANES) {
            done = decode_four(states, entries, &s->at, s->end, dst, groups);
        } else {
            done = decode_groups(1, states, entries, &s->at, s->end, dst, groups);
        }
        dst += done * lanes;
        groups -= done;
    }
    unsigned rest = (unsigned)(run->n % lanes); /* the last, partial group */
    if (rest > 0 && !earn_slack(s)) return PC_ERR_TRUNCATED;
    decode_groups(rest, states, entries, &s->at, s->end, dst, rest > 0);
    return s->padded && s->at > s->real_end ? PC_ERR_TRUNCATED : PC_OK;
}

pc_status pc_rans_decode(const pc_kernels *kernels, const uint8_t *src, size_t src_len,
                         const pc_rans_decode_run *runs, size_t n_runs)
{
    uint32_t states[PC_RANS_LANES];
    size_t total = 0;
    for (size_t i = 0; i < n_runs; i++) {
        if (runs[i].n > 0 && runs[i].table->only_symbol < 0) total += runs[i].n;
    }
    unsigned lanes = total == 0 ? 0 : pc_rans_lanes(total);
    if (src_len < 4 * lanes) return PC_ERR_TRUNCATED;
    if (lanes == 0 && src_len > 0) return PC_ERR_CORRUPT;
    for (unsigned lane = 0; lane < lanes; lane++) {
        states[lane] = pc_load32(src + 4 * lane);
        if (states[lane] < PC_RANS_LOW) return PC_ERR_CORRUPT;
    }
    source s = {.at = src + 4 * lanes, .end = src + src_len, .real_end = src + src_len};
    for (size_t i = 0; i < n_runs; i++) {
        if (runs[i].n == 0) continue;
        if (runs[i].table->only_symbol >= 0) {
            memset(runs[i].dst, runs[i].table->only_symbol, runs[i].n);
            continue;
        }
        pc_status status = decode_run(kernels, lanes, states, &s, &runs[i]);
        if (status != PC_OK) return status;
    }
    if (s.at != s.real_end) return PC_ERR_CORRUPT;
    for (unsigned lane = 0; lane < lanes; lane++) {
        if (states[lane] != PC_RANS_LOW) return PC_ERR_CORRUPT;
    }
    return PC_OK;
}
