/* The fixed codes (RFC 1951, 3.2.6) in the form in which tokens are written, computed by the compiler: a
 * message of a few bytes has no time for 288 codes. */
#include "deflate/deflate_codes.h"

#define BIT(code, from, to) ((((uint32_t)(code) >> (from)) & 1u) << (to))
#define REVERSED_8(c)                                                                                        \
    (BIT(c, 0, 7) | BIT(c, 1, 6) | BIT(c, 2, 5) | BIT(c, 3, 4) | BIT(c, 4, 3) | BIT(c, 5, 2) |               \
     BIT(c, 6, 1) | BIT(c, 7, 0))
#define REVERSED_5(c) (REVERSED_8(c) >> 3)
#define REVERSED_7(c) (REVERSED_8(c) >> 1)
#define REVERSED_9(c) (REVERSED_8((c) >> 1) | BIT(c, 0, 8))
#define ITEM(word, bits) ((word) << 8 | (bits))

#define LITERAL(s) ((s) < 144 ? ITEM(REVERSED_8(0x30 + (s)), 8u) : ITEM(REVERSED_9(0x190 + (s) - 144), 9u))

/* x is the length less three: eight symbols of their own, then four for each number of extra bits, and 258.
 */
#define EXTRA(x) ((x) < 8 || (x) > 254 ? 0 : (x) < 16 ? 1 : (x) < 32 ? 2 : (x) < 64 ? 3 : (x) < 128 ? 4 : 5)
#define SYMBOL(x) ((x) > 254 ? 28 : 4 * EXTRA(x) + ((x) >> EXTRA(x)))
#define LOW(x) ((uint32_t)(x) & ((1u << EXTRA(x)) - 1))
#define LENGTH(x)                                                                                            \
    (SYMBOL(x) < 23 ? ITEM(REVERSED_7(SYMBOL(x) + 1) | LOW(x) << 7, 7u + EXTRA(x))                           \
                    : ITEM(REVERSED_8(0xc0 + SYMBOL(x) - 23) | LOW(x) << 8, 8u + EXTRA(x)))

#define DISTANCE(s) ITEM(REVERSED_5(s), PC_FIXED_DIST_BITS)
#define DISTANCE_BITS(s) (PC_FIXED_DIST_BITS + ((s) < 4 ? 0 : (s) / 2 - 1))

#define ROW_2(of, n) of(n), of((n) + 1)
#define ROW_6(of, n) ROW_2(of, n), ROW_2(of, (n) + 2), ROW_2(of, (n) + 4)
#define ROW_8(of, n) ROW_6(of, n), ROW_2(of, (n) + 6)
#define ROW_32(of, n) ROW_8(of, n), ROW_8(of, (n) + 8), ROW_8(of, (n) + 16), ROW_8(of, (n) + 24)
#define ROW_128(of, n) ROW_32(of, n), ROW_32(of, (n) + 32), ROW_32(of, (n) + 64), ROW_32(of, (n) + 96)

const struct pc_emit_codes pc_fixed_codes = {
    .items = {ROW_128(LITERAL, 0), ROW_128(LITERAL, 128), ROW_128(LENGTH, 0), ROW_128(LENGTH, 128)},
    .distances = {0, ROW_8(DISTANCE, 0), ROW_8(DISTANCE, 8), ROW_8(DISTANCE, 16), ROW_6(DISTANCE, 24)},
    .distance_bits = {0, ROW_8(DISTANCE_BITS, 0), ROW_8(DISTANCE_BITS, 8), ROW_8(DISTANCE_BITS, 16),
                      ROW_6(DISTANCE_BITS, 24)},
};
