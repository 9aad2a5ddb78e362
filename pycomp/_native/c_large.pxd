# csrc/include/pycomp/large.h
cdef extern from "pycomp/large.h" nogil:
    size_t PC_LARGE_SIZE
    void pc_large_block(void *block, size_t size)
