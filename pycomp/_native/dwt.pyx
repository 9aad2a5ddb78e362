"""One level of the wavelet transform over strided arrays, along one axis or two at once."""

cimport cython
from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stddef cimport ptrdiff_t

from pycomp._native._buf cimport check
from pycomp._native.arch cimport kernels
from pycomp._native.c_dwt cimport (
    PC_DWT_ANTIREFLECT,
    PC_DWT_ANTISYMMETRIC,
    PC_DWT_CONSTANT,
    PC_DWT_MAX_DIMS,
    PC_DWT_MAX_TAPS,
    PC_DWT_PERIODIC,
    PC_DWT_PERIODIZATION,
    PC_DWT_REFLECT,
    PC_DWT_SMOOTH,
    PC_DWT_SYMMETRIC,
    PC_DWT_ZERO,
    pc_dwt,
    pc_dwt_bank,
    pc_dwt_job,
    pc_dwt_mode,
    pc_lift53,
    pc_lift_job,
    pc_swt,
)
from pycomp._native.c_status cimport pc_status

MAX_TAPS = PC_DWT_MAX_TAPS
MODES = {
    "zero": PC_DWT_ZERO,
    "constant": PC_DWT_CONSTANT,
    "symmetric": PC_DWT_SYMMETRIC,
    "reflect": PC_DWT_REFLECT,
    "periodic": PC_DWT_PERIODIC,
    "smooth": PC_DWT_SMOOTH,
    "periodization": PC_DWT_PERIODIZATION,
    "antisymmetric": PC_DWT_ANTISYMMETRIC,
    "antireflect": PC_DWT_ANTIREFLECT,
}


@cython.final
cdef class Bank:
    """A pair of filters, low-pass and high-pass."""

    cdef pc_dwt_bank bank

    def __cinit__(self, lo, hi):
        if len(lo) != len(hi) or len(lo) > PC_DWT_MAX_TAPS:
            raise ValueError(f"filters of {len(lo)} and {len(hi)} taps; both have the same, "
                             f"{PC_DWT_MAX_TAPS} at most")
        self.bank.taps = <unsigned>len(lo)
        for t in range(len(lo)):
            self.bank.lo[t] = lo[t]
            self.bank.hi[t] = hi[t]


def transform(list sources, list targets, tuple axes, tuple banks, tuple modes, bint is_double, bint inverse,
              size_t step, unsigned threads):
    """Analyse one array into bands, or restore it from them; all bands share shape and strides.

    axes, banks and modes are pairs, or of one. A step other than 0 asks for the undecimated transform.
    """
    cdef Py_buffer views[5]
    cdef pc_dwt_job job
    cdef size_t shape[PC_DWT_MAX_DIMS]
    cdef ptrdiff_t src_strides[PC_DWT_MAX_DIMS]
    cdef ptrdiff_t dst_strides[PC_DWT_MAX_DIMS]
    cdef ptrdiff_t item = 8 if is_double else 4
    cdef Py_buffer *src
    cdef Py_buffer *dst
    cdef pc_status status
    cdef int held = 0, d, i, a, slot, n_src = len(sources), n_dst = len(targets)
    cdef Bank bank
    if n_src + n_dst > 5:
        raise ValueError("one signal and two or four bands at most")
    for i in range(4):
        job.src[i] = NULL
        job.dst[i] = NULL
    try:
        for array in sources:
            PyObject_GetBuffer(array, &views[held], PyBUF_STRIDES)
            job.src[held] = views[held].buf
            held += 1
        for array in targets:
            PyObject_GetBuffer(array, &views[held], PyBUF_STRIDES | PyBUF_WRITABLE)
            job.dst[held - n_src] = views[held].buf
            held += 1
        src, dst = &views[0], &views[n_src]
        for i in range(held):
            like = 0 if i < n_src else n_src
            if views[i].ndim != src.ndim or views[i].ndim > PC_DWT_MAX_DIMS or views[i].itemsize != item:
                raise ValueError("the arrays differ in rank or item size")
            for d in range(src.ndim):
                if views[i].shape[d] != views[like].shape[d] or views[i].strides[d] != views[like].strides[d]:
                    raise ValueError("the bands differ in shape or strides")
                if views[i].strides[d] % item != 0:
                    raise ValueError("the strides are no whole number of elements")
        job.is_double = is_double
        job.inverse = inverse
        job.axes = <unsigned>len(axes)
        job.dims = 0
        for d in range(src.ndim):
            if d in axes:
                continue
            if src.shape[d] != dst.shape[d]:
                raise ValueError("the arrays differ in an axis that is not transformed")
            shape[job.dims] = <size_t>src.shape[d]
            src_strides[job.dims] = src.strides[d] // item
            dst_strides[job.dims] = dst.strides[d] // item
            job.dims += 1
        for a in range(len(axes)):
            slot = 2 - <int>len(axes) + a
            bank = banks[a]
            d = axes[a]
            job.bank[slot] = &bank.bank
            job.mode[slot] = <pc_dwt_mode><int>modes[a]
            job.length[slot] = <size_t>src.shape[d]
            job.src_stride[slot] = src.strides[d] // item
            job.dst_stride[slot] = dst.strides[d] // item
        job.shape = shape
        job.src_strides = src_strides
        job.dst_strides = dst_strides
        with nogil:
            if step != 0:
                status = pc_swt(&kernels, &job, step, threads)
            else:
                status = pc_dwt(&kernels, &job, threads)
    finally:
        for i in range(held):
            PyBuffer_Release(&views[i])
    check(status, "transforms.dwt")


def lift53(image, list bands, bint is_signed, bint inverse, unsigned threads):
    """The integer 5/3 wavelet between images (batch, rows, cols) and their bands aa ad da dd."""
    cdef Py_buffer views[5]
    cdef pc_lift_job job
    cdef pc_status status
    cdef int held = 0, b
    try:
        PyObject_GetBuffer(image, &views[0], PyBUF_STRIDES | (PyBUF_WRITABLE if inverse else 0))
        held = 1
        for array in bands:
            PyObject_GetBuffer(array, &views[held], PyBUF_STRIDES | (0 if inverse else PyBUF_WRITABLE))
            held += 1
        if held != 5:
            raise ValueError("an image has four bands")
        for b in range(5):
            if (views[b].ndim != 3 or views[b].itemsize != views[0].itemsize
                    or views[b].shape[0] != views[0].shape[0]):
                raise ValueError("the arrays differ in rank, batch or item size")
        job.width = <unsigned>views[0].itemsize
        job.is_signed = is_signed
        job.inverse = inverse
        job.batch = <size_t>views[0].shape[0]
        job.rows = <size_t>views[0].shape[1]
        job.cols = <size_t>views[0].shape[2]
        job.image_step = views[0].strides[0]
        job.image_stride[0] = views[0].strides[1]
        job.image_stride[1] = views[0].strides[2]
        for b in range(4):
            job.src[b] = NULL
            job.dst[b] = NULL
            if (<size_t>views[b + 1].shape[1] != (job.rows + (b < 2)) // 2
                    or <size_t>views[b + 1].shape[2] != (job.cols + (b % 2 == 0)) // 2):
                raise ValueError("the bands do not belong to the image")
            job.band_step[b] = views[b + 1].strides[0]
            job.band_stride[b][0] = views[b + 1].strides[1]
            job.band_stride[b][1] = views[b + 1].strides[2]
            if inverse:
                job.src[b] = <const unsigned char *>views[b + 1].buf
            else:
                job.dst[b] = <unsigned char *>views[b + 1].buf
        if inverse:
            job.dst[0] = <unsigned char *>views[0].buf
        else:
            job.src[0] = <const unsigned char *>views[0].buf
        with nogil:
            status = pc_lift53(&kernels, &job, threads)
    finally:
        for b in range(held):
            PyBuffer_Release(&views[b])
    check(status, "transforms.lift53")
