# csrc/include/pycomp/motion.h
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/motion.h" nogil:
    enum:
        PC_MOTION_MAX_BLOCK
        PC_MOTION_MAX_RADIUS
        PC_MOTION_QUARTERS

    ctypedef enum pc_motion_metric:
        PC_MOTION_SAD
        PC_MOTION_SSD
        PC_MOTION_SATD

    ctypedef enum pc_motion_method:
        PC_MOTION_FULL
        PC_MOTION_DIAMOND
        PC_MOTION_HEX
        PC_MOTION_PYRAMID

    ctypedef struct pc_motion_pictures:
        const uint8_t *at
        ptrdiff_t strides[3]

    ctypedef struct pc_motion_job:
        pc_motion_pictures frames, references
        size_t count, height, width
        unsigned bytes, block, radius
        pc_motion_metric metric
        pc_motion_method method
        int subpel
        uint32_t rate "lambda"
        int32_t *vectors
        uint64_t *costs

    pc_status pc_motion_search(const pc_kernels *kernels, const pc_motion_job *job, unsigned threads)

    ctypedef struct pc_motion_field:
        pc_motion_pictures references
        size_t count, height, width
        unsigned bytes, block
        const int32_t *vectors
        uint8_t *dst

    pc_status pc_motion_compensate(const pc_kernels *kernels, const pc_motion_field *field, unsigned threads)
