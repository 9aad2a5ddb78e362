# What Cython's own declarations of the Python C API lack.
from cpython.object cimport PyObject

cdef extern from *:
    ctypedef struct PyVarObject:
        pass

    # The stable ABI fixes where an object keeps its size, so bytes that nobody has seen yet can be shortened.
    void Py_SET_SIZE(PyVarObject *o, Py_ssize_t size)

    # Functions that Cython does not make.
    ctypedef void *PyCFunction
    enum:
        METH_FASTCALL

    ctypedef struct PyMethodDef:
        const char *ml_name
        PyCFunction ml_meth
        int ml_flags
        const char *ml_doc

    object PyCFunction_NewEx(PyMethodDef *method, PyObject *itself, object module)
