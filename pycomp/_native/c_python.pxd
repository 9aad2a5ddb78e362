# What Cython's own declarations of the Python C API lack.
cdef extern from *:
    ctypedef struct PyVarObject:
        pass

    # The stable ABI fixes where an object keeps its size, so bytes that nobody has seen yet can be shortened.
    void Py_SET_SIZE(PyVarObject *o, Py_ssize_t size)
