from pycomp._native.c_kernels cimport pc_kernels

# The one kernel table of the process. Other modules cimport it and pass &kernels down.
cdef pc_kernels kernels
