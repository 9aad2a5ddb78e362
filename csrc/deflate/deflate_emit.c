/* The scalar twin of the step from tokens to bits. */
#include "arch/variants.h"
#include "deflate/deflate_emit_common.h"

void pc_deflate_emit_scalar(const uint32_t *tokens, uint32_t n, const struct pc_emit_codes *codes,
                            struct pc_bit_writer *w)
{
    pc_emit_body(tokens, n, codes, w);
}
