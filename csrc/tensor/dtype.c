/* The element types and their layouts. */
#include "tensor/dtype.h"

#define INTEGER(n, s) {.name = n, .size = s}

/* Trims: fp16 has 10 mantissa bits, bf16 7, fp32 23, so a value widened from one of them ends in zeros. */
static const pc_dtype_traits TRAITS[PC_DTYPE_COUNT] = {
    [PC_DTYPE_BYTES] = INTEGER("BYTES", 1),
    [PC_DTYPE_BOOL] = INTEGER("BOOL", 1),
    [PC_DTYPE_U8] = INTEGER("U8", 1),
    [PC_DTYPE_I8] = INTEGER("I8", 1),
    [PC_DTYPE_U16] = INTEGER("U16", 2),
    [PC_DTYPE_I16] = INTEGER("I16", 2),
    [PC_DTYPE_U32] = INTEGER("U32", 4),
    [PC_DTYPE_I32] = INTEGER("I32", 4),
    [PC_DTYPE_U64] = INTEGER("U64", 8),
    [PC_DTYPE_I64] = INTEGER("I64", 8),
    [PC_DTYPE_BF16] = {"BF16", 2, 1, {.size = 2, .key_bits = 10, .mid_bits = 6, .low_bits = 0}, 0, {0}},
    [PC_DTYPE_F16] = {"F16", 2, 1, {.size = 2, .key_bits = 8, .mid_bits = 8, .low_bits = 0}, 1, {3}},
    [PC_DTYPE_F32] = {"F32", 4, 1, {.size = 4, .key_bits = 10, .mid_bits = 6, .low_bits = 16}, 2, {13, 16}},
    [PC_DTYPE_F64] =
        {"F64", 8, 1, {.size = 8, .key_bits = 13, .mid_bits = 3, .low_bits = 48}, 3, {29, 42, 45}},
    [PC_DTYPE_C64] = {"C64", 4, 1, {.size = 4, .key_bits = 10, .mid_bits = 6, .low_bits = 16}, 2, {13, 16}},
    [PC_DTYPE_F8_E4M3] = INTEGER("F8_E4M3", 1),
    [PC_DTYPE_F8_E5M2] = INTEGER("F8_E5M2", 1),
    [PC_DTYPE_F8_E4M3FNUZ] = INTEGER("F8_E4M3FNUZ", 1),
    [PC_DTYPE_F8_E5M2FNUZ] = INTEGER("F8_E5M2FNUZ", 1),
    [PC_DTYPE_F8_E8M0] = INTEGER("F8_E8M0", 1),
    [PC_DTYPE_F4] = INTEGER("F4", 1),
    [PC_DTYPE_F6_E2M3] = INTEGER("F6_E2M3", 1),
    [PC_DTYPE_F6_E3M2] = INTEGER("F6_E3M2", 1),
    [PC_DTYPE_U4] = INTEGER("U4", 1),
    [PC_DTYPE_I4] = INTEGER("I4", 1),
};

const pc_dtype_traits *pc_dtype_find(unsigned dtype)
{
    return dtype < PC_DTYPE_COUNT ? &TRAITS[dtype] : NULL;
}

const char *pc_dtype_name(pc_dtype dtype)
{
    const pc_dtype_traits *traits = pc_dtype_find((unsigned)dtype);
    return traits != NULL ? traits->name : NULL;
}

size_t pc_dtype_size(pc_dtype dtype)
{
    const pc_dtype_traits *traits = pc_dtype_find((unsigned)dtype);
    return traits != NULL ? traits->size : 0;
}
