/* Facts that the rANS encoder and decoder share: the lane rule, the prepared tables, one step.
 *
 * rANS (Duda, "Asymmetric numeral systems", arXiv:1311.2540) keeps the message in one integer x.
 * A symbol of frequency f that starts at c in [0, 2^12) is pushed by
 *     x = (x / f) 2^12 + c + x % f
 * and popped by finding the symbol that owns the slot x % 2^12. States live in [2^16, 2^32) and move
 * one 16-bit word at a time (the word variant of Giesen, "Interleaved entropy coders",
 * arXiv:1402.3392): one conditional move restores the range, which suits vectors. Lanes are
 * independent states that share one stream of words. Format: docs/formats/rans.md. */
#ifndef PC_ENTROPY_RANS_COMMON_H
#define PC_ENTROPY_RANS_COMMON_H

#include "base/mem.h"
#include "pycomp/rans.h"

enum {
    PC_RANS_LANES = PC_RANS_MAX_LANES, /* of a wide stream: four AVX-512, eight AVX2, 16 NEON vectors */
    PC_RANS_FEW_LANES = 4,
    PC_RANS_GROUP_BYTES = 2 * PC_RANS_LANES, /* a group moves at most one word a lane */
    PC_RANS_FILL = 8,                        /* entries written at once when a decoder table is built */
    PC_RANS_FEW_FROM = 2048,
    PC_RANS_WIDE_FROM = 65536
};

#define PC_RANS_LOW 0x10000u /* lower end of the state range; also every lane's initial state */

/* Lanes for n coded symbols. Vector decoding waits for its table lookups and multiplications, so 64
 * lanes decode two thirds faster than 32 (docs/design/0003-rans.md). A lane costs two bytes more than
 * its share of the message: the thresholds keep that near half a percent at three bits a symbol. */
PC_INLINE unsigned pc_rans_lanes(size_t n)
{
    if (n >= PC_RANS_WIDE_FROM) return PC_RANS_LANES;
    return n >= PC_RANS_FEW_FROM ? PC_RANS_FEW_LANES : 1;
}

/* The symbol of a table that has one symbol only, or -1. Coding under such a table is free: x does
 * not change, no word moves; runs of it are skipped and not counted by pc_rans_lanes. */
PC_INLINE int pc_rans_only_symbol(const uint16_t freqs[256])
{
    for (int s = 0; s < 256; s++) {
        if (freqs[s] == PC_RANS_TOTAL) return s;
    }
    return -1;
}

/* Decoder: one entry a slot, f << 20 | (slot - c) << 8 | symbol. f < 4096, as only symbols never get
 * here. 16 KiB, to stay in a first-level cache. */
struct pc_rans_decoder_table {
    uint32_t entries[PC_RANS_TOTAL + PC_RANS_FILL]; /* building writes whole blocks */
    int32_t only_symbol;
    uint32_t reserved[7]; /* keeps arrays of tables on cache lines */
};

/* Encoder: one entry a symbol. The low half is f << 20 | c << 8 | shift << 4 | absent << 1 | add,
 * the high half is a reciprocal m with x / f = ((x + add) m) >> (32 + shift) for every state x that
 * can meet this symbol, see rans_build.c. */
struct pc_rans_encoder_table {
    uint64_t entries[256];
    int32_t only_symbol;
    uint32_t reserved[15];
};

#define PC_RANS_ABSENT 2u

/* One symbol of one lane. The caller reads a word when the new state is below PC_RANS_LOW. */
PC_INLINE uint32_t pc_rans_pop(uint32_t x, uint32_t entry)
{
    return (entry >> 20) * (x >> PC_RANS_BITS) + ((entry >> 8) & (PC_RANS_TOTAL - 1));
}

/* States from f 2^20 on would leave the range: the caller sends their low word away first. */
PC_INLINE unsigned pc_rans_must_shift(uint32_t x, uint64_t entry)
{
    return x >= ((uint32_t)entry & 0xfff00000u);
}

PC_INLINE uint32_t pc_rans_push(uint32_t x, uint64_t entry)
{
    uint32_t low = (uint32_t)entry, f = low >> 20;
    uint64_t product = ((uint64_t)x + (low & 1)) * (entry >> 32);
    uint32_t quotient = (uint32_t)(product >> 32) >> ((low >> 4) & 15);
    return x + quotient * (PC_RANS_TOTAL - f) + ((low >> 8) & (PC_RANS_TOTAL - 1));
}

#endif
