"""Predictors of pictures: arrays of rows, pixels and channels, whose rows are runs of memory."""

from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport uint8_t

from pycomp._native._buf cimport check
from pycomp._native.arch cimport kernels
from pycomp._native.c_plane cimport (
    PC_PLANE_AVERAGE,
    PC_PLANE_LEFT,
    PC_PLANE_MED,
    PC_PLANE_PAETH,
    PC_PLANE_UP,
    pc_plane_job,
    pc_plane_method,
    pc_plane_predict,
    pc_plane_restore,
)
from pycomp._native.c_status cimport pc_status

METHODS = {
    "left": PC_PLANE_LEFT,
    "up": PC_PLANE_UP,
    "average": PC_PLANE_AVERAGE,
    "paeth": PC_PLANE_PAETH,
    "med": PC_PLANE_MED,
}


cdef bint runs(const Py_buffer *view) noexcept:
    # Whether each row is one run of memory.
    if view.ndim != 3:
        return False
    if 0 in (view.shape[0], view.shape[1], view.shape[2]):
        return True
    return ((view.shape[2] == 1 or view.strides[2] == view.itemsize)
            and (view.shape[1] == 1 or view.strides[1] == view.itemsize * view.shape[2]))


def run(src, dst, int method, bint restore, unsigned threads):
    """Residuals of one array in another of its shape and item size, or the way back."""
    cdef Py_buffer source, target
    cdef pc_plane_job job
    cdef pc_status status
    PyObject_GetBuffer(src, &source, PyBUF_STRIDES)
    try:
        PyObject_GetBuffer(dst, &target, PyBUF_STRIDES | PyBUF_WRITABLE)
        try:
            if not (runs(&source) and runs(&target) and source.itemsize == target.itemsize
                    and source.shape[0] == target.shape[0] and source.shape[1] == target.shape[1]
                    and source.shape[2] == target.shape[2]):
                raise ValueError("the arrays differ, or their rows are no runs of memory")
            job.src = <const uint8_t *>source.buf
            job.dst = <uint8_t *>target.buf
            job.src_stride = source.strides[0]
            job.dst_stride = target.strides[0]
            job.rows = <size_t>source.shape[0]
            job.samples = <size_t>(source.shape[1] * source.shape[2])
            job.channels = <size_t>max(source.shape[2], 1)
            job.width = <unsigned>source.itemsize
            job.method = <pc_plane_method>method
            with nogil:
                if restore:
                    status = pc_plane_restore(&kernels, &job, threads)
                else:
                    status = pc_plane_predict(&kernels, &job, threads)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.unpredict2d" if restore else "transforms.predict2d")
