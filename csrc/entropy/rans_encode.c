/* rANS encoder: the scalar kernel and the driver that walks the runs.
 *
 * Decoding pops what encoding pushed last, so everything here runs backwards: runs, groups, lanes,
 * and the output, which grows down from the end of the buffer and is moved to its start when its
 * length is known. The decoder then reads forward. */
#include <string.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

enum { GROUP_BYTES = PC_RANS_GROUP_BYTES };

/* Pushes n symbols, lanes n - 1 .. 0; room for n words must be there. Returns flags of the entries. */
PC_INLINE uint32_t encode_group(unsigned n, uint32_t *states, const uint64_t *entries, const uint8_t *src,
                                uint8_t **dst)
{
    uint32_t flags = 0;
    uint8_t *out = *dst;
    for (unsigned lane = n; lane-- > 0;) {
        uint64_t entry = entries[src[lane]];
        uint32_t x = states[lane];
        unsigned shift = pc_rans_must_shift(x, entry); /* a coin toss: no branch */
        pc_store16(out - 2, (uint16_t)x);              /* kept only if the pointer moves */
        out -= 2 * shift;
        states[lane] = pc_rans_push(x >> 16 * shift, entry);
        flags |= (uint32_t)entry;
    }
    *dst = out;
    return flags;
}

PC_INLINE size_t encode_groups(unsigned lanes, uint32_t *states, const uint64_t *entries, const uint8_t *src,
                               size_t groups, const uint8_t *dst_begin, uint8_t **dst, uint32_t *flags)
{
    size_t left = groups;
    while (left > 0 && *dst - dst_begin >= GROUP_BYTES) {
        left--;
        *flags |= encode_group(lanes, states, entries, src + left * lanes, dst);
    }
    return groups - left;
}

size_t pc_rans_encode_scalar(uint32_t states[64], const uint64_t entries[256], const uint8_t *src,
                             size_t groups, const uint8_t *dst_begin, uint8_t **dst, uint32_t *flags)
{
    return encode_groups(PC_RANS_LANES, states, entries, src, groups, dst_begin, dst, flags);
}

static size_t encode_four(uint32_t *states, const uint64_t *entries, const uint8_t *src, size_t groups,
                          const uint8_t *dst_begin, uint8_t **dst, uint32_t *flags)
{
    uint32_t local[PC_RANS_FEW_LANES];
    memcpy(local, states, sizeof local);
    size_t done = encode_groups(PC_RANS_FEW_LANES, local, entries, src, groups, dst_begin, dst, flags);
    memcpy(states, local, sizeof local);
    return done;
}

/* Slow and exact, for the last bytes of a buffer that may turn out too small: lanes count - 1 .. 0 of
 * a group. */
static pc_status encode_checked(unsigned count, uint32_t *states, const uint64_t *entries, const uint8_t *src,
                                const uint8_t *dst_begin, uint8_t **dst, uint32_t *flags)
{
    for (unsigned lane = count; lane-- > 0;) {
        uint64_t entry = entries[src[lane]];
        if (pc_rans_must_shift(states[lane], entry)) {
            if (*dst - dst_begin < 2) return PC_ERR_DST_SIZE;
            *dst -= 2;
            pc_store16(*dst, (uint16_t)states[lane]);
            states[lane] >>= 16;
        }
        states[lane] = pc_rans_push(states[lane], entry);
        *flags |= (uint32_t)entry;
    }
    return PC_OK;
}

static pc_status encode_run(const pc_kernels *kernels, unsigned lanes, uint32_t *states,
                            const pc_rans_encode_run *run, const uint8_t *dst_begin, uint8_t **dst)
{
    const uint64_t *entries = run->table->entries;
    size_t groups = run->n / lanes;
    uint32_t flags = 0;
    pc_status status = encode_checked((unsigned)(run->n % lanes), states, entries, run->src + groups * lanes,
                                      dst_begin, dst, &flags);
    if (status != PC_OK) return status;
    if (lanes == PC_RANS_LANES) {
        groups -= kernels->rans_encode(states, entries, run->src, groups, dst_begin, dst, &flags);
    } else if (lanes == PC_RANS_FEW_LANES) {
        groups -= encode_four(states, entries, run->src, groups, dst_begin, dst, &flags);
    } else {
        groups -= encode_groups(1, states, entries, run->src, groups, dst_begin, dst, &flags);
    }
    while (groups > 0) {
        groups--;
        status = encode_checked(lanes, states, entries, run->src + groups * lanes, dst_begin, dst, &flags);
        if (status != PC_OK) return status;
    }
    return flags & PC_RANS_ABSENT ? PC_ERR_PARAM : PC_OK;
}

static int all_equal(const uint8_t *src, size_t n, uint8_t value)
{
    return n == 0 || (src[0] == value && memcmp(src, src + 1, n - 1) == 0);
}

/* A state pushed by a symbol of frequency f is at least 16 f, so (x / f) 2^12 + c + x % f, which is
 * below (x / f + 1) 2^12, multiplies it by less than 2^12 * 17/16: at most 12.0875 bits for f = 1, and
 * fewer otherwise. A word takes 16 bits away, rounding down. All lanes start at 2^16 and end at least
 * there, so the words hold at most 12.0875 n bits: under 1.511 n bytes. */
size_t pc_rans_bound(size_t n)
{
    size_t states = sizeof(uint32_t) * PC_RANS_LANES;
    size_t words = n / 2 + n / 64 + 2; /* what exceeds one byte a symbol: 0.515 n */
    return n > SIZE_MAX / 2 ? SIZE_MAX : n + words + states;
}

pc_status pc_rans_encode(const pc_kernels *kernels, const pc_rans_encode_run *runs, size_t n_runs,
                         uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    uint32_t states[PC_RANS_LANES];
    size_t total = 0;
    for (size_t i = 0; i < n_runs; i++) {
        if (runs[i].n > 0 && runs[i].table->only_symbol < 0) total += runs[i].n;
    }
    unsigned lanes = total == 0 ? 0 : pc_rans_lanes(total);
    size_t head = 4 * lanes;
    if (dst_cap < head) return PC_ERR_DST_SIZE;
    for (unsigned lane = 0; lane < lanes; lane++) states[lane] = PC_RANS_LOW;

    uint8_t *out = dst + dst_cap;
    for (size_t i = n_runs; i-- > 0;) {
        const pc_rans_encode_run *run = &runs[i];
        if (run->n == 0) continue;
        if (run->table->only_symbol >= 0) {
            if (!all_equal(run->src, run->n, (uint8_t)run->table->only_symbol)) return PC_ERR_PARAM;
            continue;
        }
        pc_status status = encode_run(kernels, lanes, states, run, dst + head, &out);
        if (status != PC_OK) return status;
    }
    size_t size = (size_t)(dst + dst_cap - out);
    if (size > 0) memmove(dst + head, out, size);
    for (unsigned lane = 0; lane < lanes; lane++) pc_store32(dst + 4 * lane, states[lane]);
    *dst_len = head + size;
    return PC_OK;
}
