"""ADPCM over contiguous buffers: IMA's WAV blocks and bare streams, and the adaptive quantiser."""

from cpython.buffer cimport PyBuffer_Release
from libc.stdint cimport int16_t

from pycomp._native._buf cimport borrow, borrow_writable, check, start
from pycomp._native.arch cimport kernels
from pycomp._native.c_adpcm cimport (
    PC_IMA_LAST_STEP,
    PC_IMA_MAX_CHANNELS,
    pc_adq_decode,
    pc_adq_encode,
    pc_ima_block_frames,
    pc_ima_streams,
    pc_ima_streams_decode,
    pc_ima_streams_encode,
    pc_ima_wav,
    pc_ima_wav_decode,
    pc_ima_wav_encode,
)
from pycomp._native.c_status cimport PC_ERR_CORRUPT, pc_status

LAST_STEP = PC_IMA_LAST_STEP
MAX_CHANNELS = PC_IMA_MAX_CHANNELS


def block_frames(size_t block_size, unsigned channels):
    """Frames of a block; 0 if no block has this size."""
    return pc_ima_block_frames(block_size, channels)


def wav(codes, samples, size_t frames, unsigned channels, size_t block_size, bint encode, unsigned threads):
    """Whole blocks from samples, or frames from blocks."""
    cdef Py_buffer code, sample
    cdef pc_ima_wav job
    cdef size_t[3] where
    cdef pc_status status
    (borrow_writable if encode else borrow)(codes, &code)
    try:
        (borrow if encode else borrow_writable)(samples, &sample)
        try:
            if <size_t>sample.len != frames * channels * 2:
                raise ValueError("the samples are not as many as the frames")
            job.codes = start(&code)
            job.samples = start(&sample)
            job.frames = frames
            job.block_size = block_size
            job.channels = channels
            with nogil:
                if encode:
                    status = pc_ima_wav_encode(&kernels, &job, threads)
                else:
                    status = pc_ima_wav_decode(&kernels, &job, <size_t>code.len, threads, where)
        finally:
            PyBuffer_Release(&sample)
    finally:
        PyBuffer_Release(&code)
    if status == PC_ERR_CORRUPT:
        from pycomp.errors import CorruptError
        raise CorruptError(f"adpcm.decode: block {where[0]}, channel {where[1]}: the header names step "
                           f"{where[2]} of 0..{PC_IMA_LAST_STEP}; the data is damaged or block_size wrong")
    check(status, "adpcm.encode" if encode else "adpcm.decode")


def streams(codes, samples, predictors, indexes, size_t n, bint high_first, bint encode, unsigned threads):
    """Streams of n samples each; the states are read and left as they are at the end."""
    cdef Py_buffer code, sample, predictor, index
    cdef pc_ima_streams job
    cdef pc_status status
    (borrow_writable if encode else borrow)(codes, &code)
    try:
        (borrow if encode else borrow_writable)(samples, &sample)
        try:
            borrow_writable(predictors, &predictor)
            try:
                borrow_writable(indexes, &index)
                try:
                    job.count = <size_t>index.len
                    if (<size_t>predictor.len != 2 * job.count or <size_t>sample.len != 2 * n * job.count
                            or <size_t>code.len != (n + 1) // 2 * job.count):
                        raise ValueError("the buffers of the streams differ in length")
                    job.codes = start(&code)
                    job.samples = start(&sample)
                    job.predictors = <int16_t *>start(&predictor)
                    job.indexes = start(&index)
                    job.n = n
                    job.high_first = high_first
                    with nogil:
                        if encode:
                            status = pc_ima_streams_encode(&kernels, &job, threads)
                        else:
                            status = pc_ima_streams_decode(&kernels, &job, threads)
                finally:
                    PyBuffer_Release(&index)
            finally:
                PyBuffer_Release(&predictor)
        finally:
            PyBuffer_Release(&sample)
    finally:
        PyBuffer_Release(&code)
    check(status, "adpcm.encode_stream" if encode else "adpcm.decode_stream")


def adaptive(codes, samples, size_t count, unsigned bits, bint encode, unsigned threads):
    """Lines of as many codes, one a byte, as samples."""
    cdef Py_buffer code, sample
    cdef size_t n
    cdef pc_status status
    (borrow_writable if encode else borrow)(codes, &code)
    try:
        (borrow if encode else borrow_writable)(samples, &sample)
        try:
            n = <size_t>code.len // count if count else 0
            if <size_t>sample.len != 2 * n * count or <size_t>code.len != n * count:
                raise ValueError("the buffers differ in length")
            with nogil:
                if encode:
                    status = pc_adq_encode(<const int16_t *>start(&sample), start(&code), count, n, bits,
                                           threads)
                else:
                    status = pc_adq_decode(start(&code), <int16_t *>start(&sample), count, n, bits, threads)
        finally:
            PyBuffer_Release(&sample)
    finally:
        PyBuffer_Release(&code)
    check(status, "adpcm.encode_adaptive" if encode else "adpcm.decode_adaptive")
