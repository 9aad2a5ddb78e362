"""Linear prediction over contiguous buffers that the caller has made of the right sizes."""

from cpython.buffer cimport PyBuffer_Release
from libc.stdint cimport int16_t, int32_t, uint8_t, uint64_t

from pycomp._native._buf cimport borrow, borrow_writable, check, start
from pycomp._native.arch cimport kernels
from pycomp._native.c_lpc cimport (
    PC_LPC_HANN,
    PC_LPC_MAX_ORDER,
    PC_LPC_MAX_PRECISION,
    PC_LPC_MAX_SHIFT,
    PC_LPC_MIN_PRECISION,
    PC_LPC_PAD,
    PC_LPC_RECTANGULAR,
    PC_LPC_TUKEY,
    PC_LPC_WELCH,
    pc_lpc_autocorrelate,
    pc_lpc_choose,
    pc_lpc_job,
    pc_lpc_levinson,
    pc_lpc_quantise,
    pc_lpc_residual,
    pc_lpc_restore,
    pc_lpc_weights,
    pc_lpc_window,
)
from pycomp._native.c_status cimport pc_status

MAX_ORDER = PC_LPC_MAX_ORDER
MAX_SHIFT = PC_LPC_MAX_SHIFT
PRECISIONS = (PC_LPC_MIN_PRECISION, PC_LPC_MAX_PRECISION)
PAD = PC_LPC_PAD
WINDOWS = {
    "rectangular": PC_LPC_RECTANGULAR,
    "hann": PC_LPC_HANN,
    "tukey": PC_LPC_TUKEY,
    "welch": PC_LPC_WELCH,
}
CHOOSE, RESIDUAL, RESTORE = range(3)


def weights(int window, out):
    """The window of as many doubles as out has."""
    cdef Py_buffer view
    borrow_writable(out, &view)
    try:
        with nogil:
            pc_lpc_weights(<pc_lpc_window>window, <double *>start(&view), <size_t>view.len // sizeof(double))
    finally:
        PyBuffer_Release(&view)


def autocorrelate(lines, size_t count, size_t n, unsigned lags, out):
    """Lines of MAX_ORDER zeros, n doubles and PAD zeros, to lags doubles each."""
    cdef Py_buffer line, target
    cdef size_t step = n + PC_LPC_MAX_ORDER + PC_LPC_PAD, i
    borrow(lines, &line)
    try:
        borrow_writable(out, &target)
        try:
            if (<size_t>line.len != count * step * sizeof(double) or lags > PC_LPC_MAX_ORDER + 1
                    or <size_t>target.len != count * lags * sizeof(double)):
                raise ValueError("the buffers do not fit")
            with nogil:
                for i in range(count):
                    pc_lpc_autocorrelate(<const double *>start(&line) + i * step + PC_LPC_MAX_ORDER, n, lags,
                                         <double *>start(&target) + i * lags)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&line)


def levinson(r, size_t count, unsigned order, coefs, errors):
    """count rows of order + 1 autocorrelations to order coefficients and order + 1 errors each."""
    cdef Py_buffer given, target, left
    cdef double[32][32] rows
    cdef double[33] error
    cdef unsigned solved, j
    cdef size_t i
    borrow(r, &given)
    try:
        borrow_writable(coefs, &target)
        try:
            borrow_writable(errors, &left)
            try:
                if (order > PC_LPC_MAX_ORDER or <size_t>given.len != count * (order + 1) * sizeof(double)
                        or <size_t>target.len != count * order * sizeof(double) or left.len != given.len):
                    raise ValueError("the buffers do not fit")
                with nogil:
                    for i in range(count):
                        solved = pc_lpc_levinson(<const double *>start(&given) + i * (order + 1), order, rows,
                                                 error)
                        for j in range(order):
                            (<double *>start(&target))[i * order + j] = (
                                rows[solved - 1][j] if j < solved else 0)
                        for j in range(order + 1):
                            (<double *>start(&left))[i * (order + 1) + j] = error[min(j, solved)]
            finally:
                PyBuffer_Release(&left)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&given)


def quantise(coefs, size_t count, unsigned order, unsigned precision, out, shifts):
    """count rows of order doubles to integers and a shift."""
    cdef Py_buffer given, target, shift
    cdef size_t i
    borrow(coefs, &given)
    try:
        borrow_writable(out, &target)
        try:
            borrow_writable(shifts, &shift)
            try:
                if (<size_t>given.len != count * order * sizeof(double) or <size_t>shift.len != count
                        or <size_t>target.len != count * order * sizeof(int16_t)):
                    raise ValueError("the buffers do not fit")
                with nogil:
                    for i in range(count):
                        pc_lpc_quantise(<const double *>start(&given) + i * order, order, precision,
                                        <int16_t *>start(&target) + i * order, start(&shift) + i)
            finally:
                PyBuffer_Release(&shift)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&given)


def run(int what, samples, residual, tuple shape, orders, shifts, coefs, costs, tuple sizes,
        tuple settings, unsigned threads):
    """CHOOSE fills orders, shifts, coefs and costs from samples; RESIDUAL the residual; RESTORE the samples.

    shape: lines, n, block. sizes: width of a sample, its bits, places for coefficients. settings, for
    choosing: the most coefficients, their precision, the window.
    """
    cdef Py_buffer sample, rest, order, shift, coef, cost
    cdef pc_lpc_job job
    cdef pc_status status
    cdef size_t count, blocks
    job.lines, job.n, job.block = shape
    job.width, job.sample_bits, job.stride = sizes
    job.max_order, job.precision = settings[:2]
    job.window = <pc_lpc_window><int>settings[2]
    count = job.lines * job.n
    blocks = job.lines * ((job.n + job.block - 1) // job.block) if job.block else 0
    (borrow_writable if what == 2 else borrow)(samples, &sample)
    try:
        (borrow_writable if what == 1 else borrow)(residual, &rest)
        try:
            (borrow_writable if what == 0 else borrow)(orders, &order)
            try:
                (borrow_writable if what == 0 else borrow)(shifts, &shift)
                try:
                    (borrow_writable if what == 0 else borrow)(coefs, &coef)
                    try:
                        (borrow_writable if what == 0 else borrow)(costs, &cost)
                        try:
                            if (<size_t>sample.len != count * job.width
                                    or (what != 0 and <size_t>rest.len != count * sizeof(int32_t))
                                    or <size_t>order.len != blocks or <size_t>shift.len != blocks
                                    or <size_t>coef.len != blocks * job.stride * sizeof(int16_t)
                                    or (what == 0 and <size_t>cost.len != blocks * sizeof(uint64_t))):
                                raise ValueError("the buffers do not fit")
                            job.samples = <void *>start(&sample)
                            job.residual = <int32_t *>start(&rest)
                            job.orders = <uint8_t *>start(&order)
                            job.shifts = <uint8_t *>start(&shift)
                            job.coefs = <int16_t *>start(&coef)
                            job.costs = <uint64_t *>start(&cost)
                            with nogil:
                                if what == 0:
                                    status = pc_lpc_choose(&kernels, &job, threads)
                                elif what == 1:
                                    status = pc_lpc_residual(&kernels, &job, threads)
                                else:
                                    status = pc_lpc_restore(&kernels, &job, threads)
                        finally:
                            PyBuffer_Release(&cost)
                    finally:
                        PyBuffer_Release(&coef)
                finally:
                    PyBuffer_Release(&shift)
            finally:
                PyBuffer_Release(&order)
        finally:
            PyBuffer_Release(&rest)
    finally:
        PyBuffer_Release(&sample)
    check(status, "lpc.decode" if what == 2 else "lpc.encode")
