# csrc/include/pycomp/status.h
cdef extern from "pycomp/status.h" nogil:
    ctypedef enum pc_status:
        PC_OK
        PC_ERR_PARAM
        PC_ERR_DST_SIZE
        PC_ERR_TRUNCATED
        PC_ERR_CORRUPT
        PC_ERR_CHECKSUM
        PC_ERR_LIMIT
        PC_ERR_UNSUPPORTED
        PC_ERR_MEMORY
        PC_ERR_BASE

    const char *pc_status_text(pc_status status)
