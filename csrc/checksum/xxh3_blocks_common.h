/* The stripe loop of XXH3 over vectors: a template. The includer defines
 *
 *     TARGET, NAME            the function's attribute and name
 *     SUMS                    a type for the eight accumulators
 *     LOAD_SUMS(acc), STORE_SUMS(acc, sums)
 *     ADD_STRIPE(sums, src, window), SCRAMBLE(sums, window)
 *
 * Whole blocks take the secret's sixteen windows from a copy with a cache line for each. Where they lie in
 * the secret, seven in eight straddle a line; loading those beside input that does the same made hashing
 * twice as slow as on aligned input, and what numpy, malloc and safetensors hand out is hardly ever aligned
 * to a line. */
#include "base/compiler.h"
#include "base/mem.h"
#include "checksum/xxh3_common.h"

/* Stripes of a block, from its beginning on or from where `secret` points. */
TARGET PC_INLINE SUMS add_stripes(SUMS sums, const uint8_t *src, size_t stripes, const uint8_t *secret)
{
    for (size_t i = 0; i < stripes; i++) sums = ADD_STRIPE(sums, src + PC_XXH3_STRIPE * i, secret + 8 * i);
    return sums;
}

TARGET PC_NOINLINE static SUMS add_blocks(SUMS sums, const uint8_t *src, size_t blocks, const uint8_t *secret)
{
    uint8_t room[PC_XXH3_BLOCK + PC_XXH3_STRIPE];
    uint8_t *windows = (uint8_t *)(((uintptr_t)room + PC_XXH3_STRIPE - 1) & ~(uintptr_t)(PC_XXH3_STRIPE - 1));
    for (size_t i = 0; i < PC_XXH3_BLOCK_STRIPES; i++)
        memcpy(windows + PC_XXH3_STRIPE * i, secret + 8 * i, PC_XXH3_STRIPE);
    for (; blocks != 0; blocks--, src += PC_XXH3_BLOCK) {
        for (size_t at = 0; at < PC_XXH3_BLOCK; at += 4 * PC_XXH3_STRIPE) {
            sums = ADD_STRIPE(sums, src + at, windows + at);
            sums = ADD_STRIPE(sums, src + at + PC_XXH3_STRIPE, windows + at + PC_XXH3_STRIPE);
            sums = ADD_STRIPE(sums, src + at + 2 * PC_XXH3_STRIPE, windows + at + 2 * PC_XXH3_STRIPE);
            sums = ADD_STRIPE(sums, src + at + 3 * PC_XXH3_STRIPE, windows + at + 3 * PC_XXH3_STRIPE);
        }
        sums = SCRAMBLE(sums, secret + PC_XXH3_SCRAMBLE_AT);
    }
    return sums;
}

TARGET size_t NAME(uint64_t acc[8], const uint8_t *src, size_t stripes, const uint8_t *secret, size_t done)
{
    SUMS sums = LOAD_SUMS(acc);
    if (done != 0) { /* the block that is begun */
        size_t some = PC_MIN(stripes, PC_XXH3_BLOCK_STRIPES - done);
        sums = add_stripes(sums, src, some, secret + 8 * done);
        src += PC_XXH3_STRIPE * some;
        stripes -= some;
        done += some;
        if (done == PC_XXH3_BLOCK_STRIPES) {
            sums = SCRAMBLE(sums, secret + PC_XXH3_SCRAMBLE_AT);
            done = 0;
        }
    }
    size_t blocks = stripes / PC_XXH3_BLOCK_STRIPES, rest = stripes % PC_XXH3_BLOCK_STRIPES;
    if (blocks != 0) sums = add_blocks(sums, src, blocks, secret);
    if (rest != 0) {
        sums = add_stripes(sums, src + blocks * PC_XXH3_BLOCK, rest, secret);
        done = rest;
    }
    STORE_SUMS(acc, sums);
    return done;
}
