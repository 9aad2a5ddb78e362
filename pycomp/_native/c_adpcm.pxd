# csrc/include/pycomp/adpcm.h
from libc.stdint cimport int16_t, uint8_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/adpcm.h" nogil:
    enum:
        PC_IMA_LAST_STEP
        PC_IMA_MAX_CHANNELS

    ctypedef struct pc_ima_wav:
        uint8_t *codes
        uint8_t *samples
        size_t frames, block_size
        unsigned channels

    ctypedef struct pc_ima_streams:
        uint8_t *codes
        uint8_t *samples
        int16_t *predictors
        uint8_t *indexes
        size_t count, n
        int high_first

    size_t pc_ima_block_frames(size_t block_size, unsigned channels)
    pc_status pc_ima_wav_decode(const pc_kernels *kernels, const pc_ima_wav *wav, size_t size,
                                unsigned threads, size_t *where)
    pc_status pc_ima_wav_encode(const pc_kernels *kernels, const pc_ima_wav *wav, unsigned threads)
    pc_status pc_ima_streams_decode(const pc_kernels *kernels, const pc_ima_streams *streams,
                                    unsigned threads)
    pc_status pc_ima_streams_encode(const pc_kernels *kernels, const pc_ima_streams *streams,
                                    unsigned threads)
    pc_status pc_adq_encode(const int16_t *samples, uint8_t *codes, size_t count, size_t n, unsigned bits,
                            unsigned threads)
    pc_status pc_adq_decode(const uint8_t *codes, int16_t *samples, size_t count, size_t n, unsigned bits,
                            unsigned threads)
