# csrc/include/pycomp/spare.h
cdef extern from "pycomp/spare.h" nogil:
    ctypedef struct pc_spare:
        void *block

    void *pc_spare_take(pc_spare *spare, size_t size)
    void pc_spare_give(pc_spare *spare, void *memory)
