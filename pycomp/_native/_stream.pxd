# What the modules over DEFLATE share: numbers as CPython's own argument parser takes them, wbits, and C calls
# that let go of the GIL only when there is enough to do.
from cpython.long cimport PyLong_AsLongAndOverflow, PyLong_AsSsize_t
from cpython.number cimport PyNumber_Index
from libc.limits cimport INT_MAX, INT_MIN
from libc.stdint cimport uint8_t, uint32_t

from pycomp._native._sink cimport sink, sink_used
from pycomp._native.arch cimport kernels
from pycomp._native.c_deflate cimport pc_deflate, pc_deflate_params, pc_deflate_run, pc_flush
from pycomp._native.c_inflate cimport (
    PC_WRAP_AUTO,
    PC_WRAP_GZIP,
    PC_WRAP_RAW,
    PC_WRAP_ZLIB,
    pc_inflate,
    pc_inflate_init,
    pc_inflate_run,
    pc_inflate_state,
    pc_wrap,
)
from pycomp._native.c_status cimport PC_OK, pc_status

cdef enum:
    # Below so many bytes a call ends before another thread could have made use of the GIL.
    BRIEF_CHECKSUM = 16384
    BRIEF_INFLATE = 2048
    BRIEF_DEFLATE = 1024

    EXPANSION = 1032  # bytes at most that one of a deflate stream becomes
    LEAST_MEMBER = 18  # bytes of a gzip member: header and trailer


cdef inline uint32_t load32(const uint8_t *p) noexcept nogil:
    return p[0] | <uint32_t>p[1] << 8 | <uint32_t>p[2] << 16 | <uint32_t>p[3] << 24


cdef inline size_t announced(const uint8_t *begin, const uint8_t *end, size_t used) noexcept nogil:
    # The size that the last four bytes of a gzip member announce, if it can be true and is more than `used`;
    # else 0.
    cdef size_t n = <size_t>(end - begin), size = load32(end - 4) if n >= LEAST_MEMBER else 0
    return size if size > used and size // EXPANSION <= n else 0


cdef inline int c_int(object number) except? -1:
    cdef int overflow = 0
    cdef long value = PyLong_AsLongAndOverflow(PyNumber_Index(number), &overflow)
    if overflow or value > INT_MAX or value < INT_MIN:
        raise OverflowError("Python int too large to convert to C int")
    return <int>value


cdef inline Py_ssize_t c_size(object number) except? -1:
    return PyLong_AsSsize_t(PyNumber_Index(number))


cdef inline bint inflate_begin(pc_inflate *state, int wbits) noexcept nogil:
    # wbits as zlib's inflateInit2 reads them; false if it would refuse them.
    cdef pc_wrap wrap = PC_WRAP_RAW
    if wbits < 0:
        if wbits < -15 or wbits > -8:
            return False
        wbits = -wbits
    else:
        if wbits >= 48:
            return False
        wrap = PC_WRAP_ZLIB if wbits < 16 else PC_WRAP_GZIP if wbits < 32 else PC_WRAP_AUTO
        wbits &= 15
    return pc_inflate_init(state, wrap, <unsigned>wbits) == PC_OK


cdef inline bint deflate_params(pc_deflate_params *p, int level, int wbits, int mem_level,
                                int strategy) noexcept nogil:
    # The arguments as zlib's deflateInit2 reads them; false if it would refuse them.
    p.wrap = PC_WRAP_ZLIB
    if wbits < 0:
        p.wrap = PC_WRAP_RAW
        if wbits < -15:
            return False
        wbits = -wbits
    elif wbits > 15:
        p.wrap = PC_WRAP_GZIP
        wbits -= 16
    if wbits < 8 or wbits > 15 or (wbits == 8 and p.wrap != PC_WRAP_ZLIB):
        return False
    p.level = 6 if level == -1 else level
    p.window_bits = <unsigned>wbits
    p.mem_level = <unsigned>mem_level
    p.strategy = strategy
    return 0 <= p.level <= 9 and 1 <= mem_level <= 9 and 0 <= strategy <= 4


cdef inline pc_inflate_state inflate_into(pc_inflate *state, const uint8_t **src, const uint8_t *src_end,
                                          sink *out) noexcept:
    cdef pc_inflate_state result
    if src_end - src[0] < BRIEF_INFLATE:
        return pc_inflate_run(&kernels, state, src, src_end, out.begin, &out.at, out.end)
    with nogil:
        result = pc_inflate_run(&kernels, state, src, src_end, out.begin, &out.at, out.end)
    return result


cdef inline pc_status deflate_into(pc_deflate *state, const uint8_t **src, const uint8_t *src_end, sink *out,
                                   pc_flush flush, bint brief, int *done) noexcept:
    cdef pc_status result
    if brief:
        return pc_deflate_run(&kernels, state, src, src_end, &out.at, out.end, flush, done)
    with nogil:
        result = pc_deflate_run(&kernels, state, src, src_end, &out.at, out.end, flush, done)
    return result


cdef inline size_t foresee(const sink *out, size_t taken, size_t size) noexcept:
    # How much the whole input of `size` bytes will give if it goes on as its first `taken` bytes did, and
    # three sixteenths more, since too little means moving all; but not more than 256 times what it has given
    # so far, so that memory is earned.
    cdef size_t used = sink_used(out)
    cdef double guess = 1.1875 * used * size / max(taken, <size_t>1) + 4096
    return <size_t>min(guess, 256.0 * used)
