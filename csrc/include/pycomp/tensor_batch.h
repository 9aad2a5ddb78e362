/* csrc/mt: many frames of the numeric codec at a time (pycomp/tensor.h), on several threads. */
#ifndef PYCOMP_TENSOR_BATCH_H
#define PYCOMP_TENSOR_BATCH_H

#include "pycomp/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An array to code, and its frame: dst_cap is what pc_tensor_frame_room says, hashes gets the XXH3-64 of each
 * chunk's decoded bytes. Each array is one thread's. */
typedef struct pc_tensor_coding {
    const void *data;
    uint64_t size;
    pc_dtype dtype;
    size_t cols;
    pc_level level;
    uint8_t *dst;
    size_t dst_cap;
    uint64_t *hashes;
    size_t dst_len, head_size;
    pc_status status;
} pc_tensor_coding;

void pc_tensor_encode_batch(const pc_kernels *kernels, pc_tensor_coding *codings, size_t n, unsigned threads);

/* A frame to decode, whole: src holds its payloads back to back, table their 32-bit sizes, one a chunk; dst
 * takes as many bytes as the frame decodes to. failed is the first chunk that did not decode; the others are
 * written. */
typedef struct pc_tensor_decoding {
    const pc_tensor_decoder *decoder;
    const uint8_t *src;
    size_t src_len;
    const uint8_t *table;
    uint8_t *dst;
    size_t failed;
    pc_status status;
} pc_tensor_decoding;

/* PC_ERR_MEMORY if nothing was done; else each frame has a status of its own. */
pc_status pc_tensor_decode_batch(pc_tensor_decoding *decodings, size_t n, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
