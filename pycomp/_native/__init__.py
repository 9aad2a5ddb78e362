"""The Cython boundary: one module a noun, each a thin door to the C core.

A function here takes buffers and plain numbers, lets go of the GIL around one C call and maps the status
to an exception. Policy, defaults and documentation for users live in the packages above.
"""
