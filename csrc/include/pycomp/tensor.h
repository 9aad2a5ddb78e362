/* The numeric codec: one array of numbers as a frame of independently decodable chunks.
 * Format: docs/formats/tensor.md.
 *
 *     frame = head | chunk payloads, back to back | chunk table (32-bit size of each payload)
 *
 * An encoder looks at the array once (a sample of it, where it is large), decides on a model and then
 * codes any chunk in any order; a decoder needs the head and the payload of the chunks asked for. Both
 * are read-only once made, so threads may share them. */
#ifndef PYCOMP_TENSOR_H
#define PYCOMP_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/runner.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Element types; the numbers are part of the format. Sub-byte types are coded as the bytes that hold
 * them, PC_DTYPE_BYTES is data of no known type. */
typedef enum pc_dtype {
    PC_DTYPE_BYTES = 0,
    PC_DTYPE_BOOL = 1,
    PC_DTYPE_U8 = 2,
    PC_DTYPE_I8 = 3,
    PC_DTYPE_U16 = 4,
    PC_DTYPE_I16 = 5,
    PC_DTYPE_U32 = 6,
    PC_DTYPE_I32 = 7,
    PC_DTYPE_U64 = 8,
    PC_DTYPE_I64 = 9,
    PC_DTYPE_BF16 = 10,
    PC_DTYPE_F16 = 11,
    PC_DTYPE_F32 = 12,
    PC_DTYPE_F64 = 13,
    PC_DTYPE_C64 = 14,
    PC_DTYPE_F8_E4M3 = 15,
    PC_DTYPE_F8_E5M2 = 16,
    PC_DTYPE_F8_E4M3FNUZ = 17,
    PC_DTYPE_F8_E5M2FNUZ = 18,
    PC_DTYPE_F8_E8M0 = 19,
    PC_DTYPE_F4 = 20,
    PC_DTYPE_F6_E2M3 = 21,
    PC_DTYPE_F6_E3M2 = 22,
    PC_DTYPE_U4 = 23,
    PC_DTYPE_I4 = 24,
    PC_DTYPE_COUNT = 25
} pc_dtype;

/* Name in safetensors spelling, and bytes of one coded element (1 for packed sub-byte types; 4 for C64,
 * coded as twice as many F32). */
const char *pc_dtype_name(pc_dtype dtype);
size_t pc_dtype_size(pc_dtype dtype);

typedef enum pc_level {
    PC_LEVEL_FAST = 1,
    PC_LEVEL_DEFAULT = 2,
    PC_LEVEL_HIGH = 3,
    PC_LEVEL_MAX = 4
} pc_level;

enum {
    PC_TENSOR_MAX_HEAD = 1 << 20 /* no model comes near this; readers refuse longer ones */
};

typedef struct pc_tensor_encoder pc_tensor_encoder;
typedef struct pc_tensor_decoder pc_tensor_decoder;

/* What both sides know of a frame. */
typedef struct pc_tensor_info {
    pc_dtype dtype;
    uint64_t size;      /* decoded bytes */
    size_t cols;        /* elements of a row, as coded: may differ from what the encoder was told */
    size_t chunk_bytes; /* decoded bytes of every chunk but the last */
    size_t chunks;
    size_t head_size;
    size_t chunk_bound;    /* room for coding a chunk, whose payload is longer than it by 9 bytes at most */
    size_t workspace_size; /* for coding one chunk; may be unaligned */
} pc_tensor_info;

/* Looks at the array (little-endian, size a multiple of the element size) and prepares to encode it.
 * cols is a hint: the elements of one row, 0 for unknown. The array must stay as it is until the last
 * chunk is coded. runner may be NULL; what is decided does not depend on it. */
pc_status pc_tensor_encoder_create(const pc_kernels *kernels, const pc_runner *runner, const void *data,
                                   uint64_t size, pc_dtype dtype, size_t cols, pc_level level,
                                   pc_tensor_encoder **encoder);
/* The same for an array of which another of the same type and size is a good guess: the next checkpoint of a
 * training run, say. Codes the differences, or a plain frame where that should be the smaller. A decoder
 * needs the base again; it must stay as long as data. */
pc_status pc_tensor_encoder_create_base(const pc_kernels *kernels, const void *data, const void *base,
                                        uint64_t size, pc_dtype dtype, size_t cols, pc_level level,
                                        pc_tensor_encoder **encoder);
void pc_tensor_encoder_free(pc_tensor_encoder *encoder);
const pc_tensor_info *pc_tensor_encoder_info(const pc_tensor_encoder *encoder);
const uint8_t *pc_tensor_encoder_head(const pc_tensor_encoder *encoder);

/* Codes one chunk. dst needs chunk_bound bytes. *hash is the XXH3-64 of the chunk's decoded bytes. */
pc_status pc_tensor_encode_chunk(const pc_tensor_encoder *encoder, size_t chunk, uint8_t *dst, size_t dst_cap,
                                 size_t *dst_len, uint64_t *hash, void *workspace);

/* The chunks of an array's frame, and the room that coding the frame in one place may take. */
pc_status pc_tensor_frame_room(uint64_t size, pc_dtype dtype, size_t cols, size_t *chunks, size_t *room);

/* Reads a head; src may go on behind it. */
pc_status pc_tensor_decoder_create(const pc_kernels *kernels, const uint8_t *src, size_t src_len,
                                   pc_tensor_decoder **decoder);
void pc_tensor_decoder_free(pc_tensor_decoder *decoder);
const pc_tensor_info *pc_tensor_decoder_info(const pc_tensor_decoder *decoder);

/* NULL for a plain frame; else the XXH3-128 (16 bytes, canonical) of the base that its chunks need. */
const uint8_t *pc_tensor_decoder_base(const pc_tensor_decoder *decoder);

/* Decodes the payload of chunk number `chunk` to dst, whose size must be the chunk's decoded size
 * exactly, and checks its checksum. src_room >= src_len says how many bytes may be read from src: with 64
 * more than the payload has, a copy is saved. base has the chunk's bytes of the base, NULL if there is none;
 * PC_ERR_BASE says that the chunk needs one, or another. */
pc_status pc_tensor_decode_chunk(const pc_tensor_decoder *decoder, size_t chunk, const uint8_t *base,
                                 const uint8_t *src, size_t src_len, size_t src_room, uint8_t *dst,
                                 size_t dst_size, void *workspace);

/* Decoded bytes of a chunk. */
size_t pc_tensor_chunk_size(const pc_tensor_info *info, size_t chunk);

/* The room that coding chunks [first, first + count) back to back takes: the last one begins with its bound
 * free. */
size_t pc_tensor_encode_reach(const pc_tensor_info *info, size_t first, size_t count);

/* csrc/mt: chunks [first, first + count), back to back to dst, which needs the reach of them. The work is
 * done in `room`, of the size the first function tells, which is best kept from call to call: touching fresh
 * memory takes longer than coding. sizes and hashes get count entries. */
size_t pc_tensor_encode_room(const pc_tensor_encoder *encoder, size_t count, unsigned threads);
pc_status pc_tensor_encode_chunks(const pc_tensor_encoder *encoder, size_t first, size_t count,
                                  unsigned threads, void *room, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                                  uint32_t *sizes, uint64_t *hashes);

/* src holds the payloads of chunks [first, first + count) back to back, table their 32-bit sizes. Writes the
 * decoded bytes [skip, skip + dst_size) counted from the start of chunk first. base is NULL or has the base's
 * bytes of these chunks, all of them. On failure *failed is the
 * number of the first chunk that did not decode; the others are written all the same. */
pc_status pc_tensor_decode_chunks(const pc_tensor_decoder *decoder, size_t first, size_t count,
                                  unsigned threads, const uint8_t *base, const uint8_t *src, size_t src_len,
                                  const uint8_t *table, size_t skip, uint8_t *dst, size_t dst_size,
                                  size_t *failed);

#ifdef __cplusplus
}
#endif

#endif
