/* Differences to a base: what coder and decoder share. Format: docs/formats/tensor.md, "Base".
 *
 * A training step moves a weight by about the same amount whatever its size, so in units of the last
 * place it moves by an amount that the exponent foretells: large weights in bf16 hardly ever change, small
 * ones always do. Elements are therefore sorted into classes by their base's key (exponent and top
 * mantissa bits), which the decoder knows too, and every class has a table of its own. The difference is
 * taken between the ordered integers of floats, where neighbours differ by one across exponents and zero.
 *
 * A class in which nearly all elements equal their base is sparse: it codes the gaps between those that do
 * not, in a Golomb code that follows the mean gap, so that neither coder nor decoder does anything for the
 * others but count them. */
#ifndef PC_TENSOR_BASE_COMMON_H
#define PC_TENSOR_BASE_COMMON_H

#include "base/mem.h"
#include "tensor/model.h"
#include "tensor/split.h"

enum {
    /* Tokens: zigzag differences below 16 stand for themselves; above, four to the octave with the bits
     * below the top three raw. 16 + 4 * 60 octaves are the 256 that 64 bits need. */
    PC_BASE_DIRECT = 16,
    PC_BASE_DIRECT_BITS = 4,

    /* A gap of GAP_ONES divisors and more is escaped into GAP_RAW bits: more than a chunk has elements. */
    PC_BASE_GAP_ONES = 20,
    PC_BASE_GAP_RAW = 20,
    /* The mean gap is a sum of gaps that forgets 1 in 32 of itself with each: 32 gaps tell a mean within an
     * eighth, which costs next to nothing, and rows of different scale are followed. */
    PC_BASE_GAP_MEMORY = 5,
    PC_BASE_LN2 = 22713, /* ln 2 of 2^15 */

    /* Codes longer than this are cut in two: a 64-bit load at any bit has 57 good ones. */
    PC_BASE_MOST_BITS = 56,

    PC_BASE_DIGEST = 16,
    PC_BASE_HASH = 4 /* bytes of the checksum of a chunk's base */
};

PC_INLINE unsigned pc_base_key(uint64_t x, const pc_base_layout *layout)
{
    return (unsigned)(x >> layout->key_shift) & layout->key_mask;
}

/* Sign and magnitude to two's complement and back, in order of value; leaves integers (flip 0) alone. */
PC_INLINE uint64_t pc_base_order(uint64_t x, unsigned size, uint64_t flip)
{
    return x ^ ((0 - (x >> (8 * size - 1))) & flip);
}

/* Raw bits that follow a token. */
PC_INLINE unsigned pc_base_extra(unsigned token)
{
    return token < PC_BASE_DIRECT ? 0 : (token - PC_BASE_DIRECT) / 4 + PC_BASE_DIRECT_BITS - 2;
}

PC_INLINE unsigned pc_base_token(uint64_t zigzag)
{
    if (zigzag < PC_BASE_DIRECT) return (unsigned)zigzag;
    unsigned octave = pc_log2_floor(zigzag);
    return PC_BASE_DIRECT + (octave - PC_BASE_DIRECT_BITS) * 4 + ((unsigned)(zigzag >> (octave - 2)) & 3);
}

/* The zigzag difference of a token from PC_BASE_DIRECT up whose raw bits are 0. */
PC_INLINE uint64_t pc_base_floor(unsigned token)
{
    return (uint64_t)(4 + (token - PC_BASE_DIRECT) % 4) << pc_base_extra(token);
}

/* The Golomb code of the next gap: gap / divisor in ones and a zero, then the remainder in `bits` bits, or,
 * if it is below `shorts`, in one less. The best divisor halves the chance of a gap of given length: ln 2
 * times the mean and a half (Gallager and van Voorhis, 1975). */
typedef struct pc_base_golomb {
    uint32_t divisor, shorts;
    unsigned bits;
} pc_base_golomb;
PC_INLINE pc_base_golomb pc_base_code(uint32_t memory)
{
    const unsigned shift = 15 + PC_BASE_GAP_MEMORY;
    uint64_t scaled = ((uint64_t)memory + (1u << PC_BASE_GAP_MEMORY >> 1)) * PC_BASE_LN2;
    uint32_t divisor = PC_MAX((uint32_t)((scaled + (1u << (shift - 1))) >> shift), 1u);
    unsigned bits = pc_log2_ceil(divisor);
    return (pc_base_golomb){divisor, bits == 0 ? 1 : (1u << bits) - divisor, bits};
}
/* What a gap does to the memory. */
PC_INLINE uint32_t pc_base_remember(uint32_t memory, uint32_t gap)
{
    return memory + gap - (memory >> PC_BASE_GAP_MEMORY);
}
/* A class's kind k says that its mean gap is 2^k to 2^(k + 1): here it begins, in the middle. */
PC_INLINE uint32_t pc_base_memory(unsigned k) { return (3u << k << PC_BASE_GAP_MEMORY) >> 1; }

#endif
