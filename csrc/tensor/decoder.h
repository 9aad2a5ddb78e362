/* The decoder's own state. Decode side only. */
#ifndef PC_TENSOR_DECODER_H
#define PC_TENSOR_DECODER_H

#include "tensor/model.h"

struct pc_tensor_decoder {
    pc_tensor_model model;
    pc_kernels kernels;
    uint8_t *rans_tables; /* n_tables of them, coder rans only */
};

/* Fills model and tables from a head (head_read.c). */
pc_status pc_head_read(pc_tensor_decoder *decoder, const uint8_t *src, size_t src_len);

/* The inverse of pc_planes_encode: n elements to dst. src has PC_SLACK readable bytes behind it. */
pc_status pc_planes_decode(const pc_tensor_decoder *decoder, const uint8_t *src, size_t src_len, uint8_t *dst,
                           size_t n, size_t *src_used, pc_chunk_space *space);

/* The inverse of pc_base_encode: n elements to dst, which may be base itself. src has PC_SLACK readable bytes
 * behind it. PC_ERR_BASE when the base is not the encoder's. */
pc_status pc_base_decode(const pc_tensor_decoder *decoder, const uint8_t *src, size_t src_len,
                         const uint8_t *base, uint8_t *dst, size_t n, pc_chunk_space *space);

#endif
