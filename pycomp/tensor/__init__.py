"""Numeric arrays to bytes and back, losslessly: floats of neural networks first, any dtype at all.

:func:`encode` looks at the array, models what makes its numbers alike (exponents, rows and columns of one
scale, low bits that are zero) and writes a self-contained blob; :func:`decode` gives back the same array,
bit for bit. Levels trade speed for size: ``fast`` and ``default`` use level-ordered Huffman, ``high`` and
``max`` interleaved rANS and finer models.
"""

from pycomp.tensor.array import decode, encode

__all__ = ["encode", "decode"]
