/* Tokens to bits with BMI2's shifts, which take their count from any register and leave the flags alone. */
#include "base/compiler.h"

#if PC_X86

#include "arch/variants.h"
#include "deflate/deflate_emit_common.h"

PC_TARGET_AVX2 void pc_deflate_emit_avx2(const uint32_t *tokens, uint32_t n,
                                         const struct pc_emit_codes *codes, struct pc_bit_writer *w)
{
    pc_emit_body(tokens, n, codes, w);
}

#endif
