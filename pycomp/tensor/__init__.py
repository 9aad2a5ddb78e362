"""Numeric arrays to bytes and back, losslessly: floats of neural networks first, any dtype at all.

:func:`encode` looks at the array, models what makes its numbers alike (exponents, rows and columns of one
scale, low bits that are zero) and writes a self-contained blob; :func:`decode` gives back the same array,
bit for bit. :func:`encode_batch` and :func:`decode_batch` do so for many arrays side by side. Levels
trade speed for size: ``fast`` and ``default`` use level-ordered Huffman, ``high`` interleaved rANS with
finer models, ``max`` context mixing.
"""

from pycomp.tensor.array import decode, encode
from pycomp.tensor.batch import decode_batch, encode_batch

__all__ = ["encode", "decode", "encode_batch", "decode_batch"]
