# csrc/include/pycomp/deflate_format.h and inflate.h
from libc.stdint cimport uint8_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/deflate_format.h" nogil:
    ctypedef enum pc_wrap:
        PC_WRAP_RAW
        PC_WRAP_ZLIB
        PC_WRAP_GZIP
        PC_WRAP_AUTO

cdef extern from "pycomp/inflate.h" nogil:
    ctypedef struct pc_inflate:
        pass

    ctypedef enum pc_inflate_state:
        PC_INFLATE_INPUT
        PC_INFLATE_OUTPUT
        PC_INFLATE_END
        PC_INFLATE_DICT
        PC_INFLATE_ERROR

    size_t pc_inflate_size()
    pc_status pc_inflate_init(pc_inflate *s, pc_wrap wrap, unsigned window_bits)
    pc_inflate_state pc_inflate_run(const pc_kernels *kernels, pc_inflate *s, const uint8_t **src,
                                    const uint8_t *src_end, uint8_t *dst_begin, uint8_t **dst,
                                    uint8_t *dst_end)
    void pc_inflate_keep(pc_inflate *s, const uint8_t *dst_begin, const uint8_t *dst)
    const char *pc_inflate_message(const pc_inflate *s)
    pc_status pc_inflate_status(const pc_inflate *s)
    pc_status pc_inflate_set_dictionary(const pc_kernels *kernels, pc_inflate *s, const uint8_t *dict,
                                        size_t n)
    pc_wrap pc_inflate_wrap(const pc_inflate *s)
    pc_status pc_inflate_whole(const pc_kernels *kernels, pc_inflate *workspace, pc_wrap wrap,
                               const uint8_t *src, size_t src_len, size_t *src_used, uint8_t *dst,
                               size_t dst_cap, size_t *dst_len)
