/* Level max: a chunk's symbols and signs by adaptive mixing (entropy/mix_common.h) instead of tables.
 *
 * The sign moves from the mids (or from the byte) to the coder: in trained embeddings columns have means
 * other than 0, and what predicts a value predicts its sign first. */
#ifndef PC_TENSOR_MIXED_H
#define PC_TENSOR_MIXED_H

#include "pycomp/mix.h"
#include "tensor/model.h"

/* What mixing needs to know of a frame. */
pc_mix_model pc_mixed_model(const pc_tensor_model *model);

/* Weights go into the head as zigzag bytes, column by column of those they predict. */
PC_INLINE size_t pc_mixed_weights(size_t cols) { return cols * (cols - 1) / 2; }

/* Where the sign of a one-byte element is. */
typedef enum pc_byte_sign {
    PC_BYTE_UNSIGNED,
    PC_BYTE_TOP_BIT,   /* sign and magnitude */
    PC_BYTE_COMPLEMENT /* two's complement: all bits of a negative number are flipped */
} pc_byte_sign;

PC_INLINE pc_byte_sign pc_mixed_byte_sign(const pc_tensor_model *m)
{
    switch (m->info.dtype) {
    case PC_DTYPE_I8: return PC_BYTE_COMPLEMENT;
    case PC_DTYPE_F8_E4M3:
    case PC_DTYPE_F8_E4M3FNUZ:
    case PC_DTYPE_F8_E5M2:
    case PC_DTYPE_F8_E5M2FNUZ: return PC_BYTE_TOP_BIT;
    default: return PC_BYTE_UNSIGNED;
    }
}

/* A byte as magnitude, its sign put aside, and back. */
PC_INLINE uint8_t pc_mixed_magnitude(uint8_t byte, pc_byte_sign form)
{
    if (form == PC_BYTE_UNSIGNED || byte < 128) return byte;
    return form == PC_BYTE_TOP_BIT ? byte & 127 : (uint8_t)~byte;
}

PC_INLINE uint8_t pc_mixed_byte(uint8_t magnitude, uint8_t sign, pc_byte_sign form)
{
    if (form == PC_BYTE_UNSIGNED || sign == 0) return magnitude;
    return form == PC_BYTE_TOP_BIT ? magnitude | 128 : (uint8_t)~magnitude;
}

#endif
