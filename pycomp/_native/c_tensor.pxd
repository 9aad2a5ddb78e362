# csrc/include/pycomp/tensor.h, and who does its jobs
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/parallel.h" nogil:
    ctypedef struct pc_runner:
        pass

    pc_runner pc_parallel_runner(unsigned threads)

cdef extern from "pycomp/tensor.h" nogil:
    ctypedef enum pc_dtype:
        PC_DTYPE_COUNT

    const char *pc_dtype_name(pc_dtype dtype)
    size_t pc_dtype_size(pc_dtype dtype)

    ctypedef enum pc_level:
        PC_LEVEL_FAST
        PC_LEVEL_DEFAULT
        PC_LEVEL_HIGH
        PC_LEVEL_MAX

    ctypedef struct pc_tensor_encoder:
        pass
    ctypedef struct pc_tensor_decoder:
        pass

    ctypedef struct pc_tensor_info:
        pc_dtype dtype
        uint64_t size
        size_t cols
        size_t chunk_bytes
        size_t chunks
        size_t head_size
        size_t chunk_bound
        size_t workspace_size

    pc_status pc_tensor_encoder_create(const pc_kernels *kernels, const pc_runner *runner,
                                       const void *data, uint64_t size, pc_dtype dtype, size_t cols,
                                       pc_level level, pc_tensor_encoder **encoder)
    pc_status pc_tensor_encoder_create_base(const pc_kernels *kernels, const void *data, const void *base,
                                            uint64_t size, pc_dtype dtype, size_t cols, pc_level level,
                                            pc_tensor_encoder **encoder)
    void pc_tensor_encoder_free(pc_tensor_encoder *encoder)
    const pc_tensor_info *pc_tensor_encoder_info(const pc_tensor_encoder *encoder)
    const uint8_t *pc_tensor_encoder_head(const pc_tensor_encoder *encoder)

    pc_status pc_tensor_frame_room(uint64_t size, pc_dtype dtype, size_t cols, size_t *chunks, size_t *room)

    pc_status pc_tensor_decoder_create(const pc_kernels *kernels, const uint8_t *src, size_t src_len,
                                       pc_tensor_decoder **decoder)
    void pc_tensor_decoder_free(pc_tensor_decoder *decoder)
    const pc_tensor_info *pc_tensor_decoder_info(const pc_tensor_decoder *decoder)

    const uint8_t *pc_tensor_decoder_base(const pc_tensor_decoder *decoder)

    size_t pc_tensor_chunk_size(const pc_tensor_info *info, size_t chunk)
    size_t pc_tensor_encode_reach(const pc_tensor_info *info, size_t first, size_t count)
    size_t pc_tensor_encode_room(const pc_tensor_encoder *encoder, size_t count, unsigned threads)
    pc_status pc_tensor_encode_chunks(const pc_tensor_encoder *encoder, size_t first, size_t count,
                                      unsigned threads, void *room, uint8_t *dst, size_t dst_cap,
                                      size_t *dst_len, uint32_t *sizes, uint64_t *hashes)
    pc_status pc_tensor_decode_chunks(const pc_tensor_decoder *decoder, size_t first, size_t count,
                                      unsigned threads, const uint8_t *base, const uint8_t *src,
                                      size_t src_len, const uint8_t *table, size_t skip, uint8_t *dst,
                                      size_t dst_size, size_t *failed)

cdef extern from "pycomp/tensor_batch.h" nogil:
    ctypedef struct pc_tensor_coding:
        const void *data
        uint64_t size
        pc_dtype dtype
        size_t cols
        pc_level level
        uint8_t *dst
        size_t dst_cap
        uint64_t *hashes
        size_t dst_len
        size_t head_size
        pc_status status

    void pc_tensor_encode_batch(const pc_kernels *kernels, pc_tensor_coding *codings, size_t n,
                                unsigned threads)

    ctypedef struct pc_tensor_decoding:
        const pc_tensor_decoder *decoder
        const uint8_t *src
        size_t src_len
        const uint8_t *table
        uint8_t *dst
        size_t failed
        pc_status status

    pc_status pc_tensor_decode_batch(pc_tensor_decoding *decodings, size_t n, unsigned threads)
