/* Facts of XXH3's stripe loop that its ISA variants share. See xxh3.c for the algorithm. */
#ifndef PC_CHECKSUM_XXH3_COMMON_H
#define PC_CHECKSUM_XXH3_COMMON_H

enum {
    PC_XXH3_STRIPE = 64,
    PC_XXH3_SECRET_SIZE = 192,
    PC_XXH3_BLOCK_STRIPES = (PC_XXH3_SECRET_SIZE - PC_XXH3_STRIPE) /
        8, /* the secret moves 8 bytes a stripe */
    PC_XXH3_BLOCK = PC_XXH3_STRIPE * PC_XXH3_BLOCK_STRIPES,
    PC_XXH3_SCRAMBLE_AT = PC_XXH3_SECRET_SIZE - PC_XXH3_STRIPE /* where the scramble's secret is */
};

#define PC_XXH3_PRIME 0x9e3779b1u /* PRIME32_1 of the specification, the scramble's multiplier */

#endif
