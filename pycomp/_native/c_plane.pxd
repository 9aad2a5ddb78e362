# csrc/include/pycomp/plane.h
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint8_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/plane.h" nogil:
    ctypedef enum pc_plane_method:
        PC_PLANE_LEFT
        PC_PLANE_UP
        PC_PLANE_AVERAGE
        PC_PLANE_PAETH
        PC_PLANE_MED

    ctypedef struct pc_plane_job:
        const uint8_t *src
        uint8_t *dst
        ptrdiff_t src_stride, dst_stride
        size_t rows, samples, channels
        unsigned width
        pc_plane_method method

    pc_status pc_plane_predict(const pc_kernels *kernels, const pc_plane_job *job, unsigned threads)
    pc_status pc_plane_restore(const pc_kernels *kernels, const pc_plane_job *job, unsigned threads)
