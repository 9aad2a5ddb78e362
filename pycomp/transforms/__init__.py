"""The array kernels under every signal codec, as batch functions over numpy arrays.

- :func:`dct`, :func:`idct`, :func:`dst`, :func:`idst` and their n-dimensional forms :func:`dctn`,
  :func:`idctn`, :func:`dstn`, :func:`idstn`: scipy.fft's interface;
  :mod:`pycomp.transforms.scipy_backend` puts them into scipy.
- :func:`block_dct`, :func:`block_idct`, :func:`zigzag_order`: blocks of pictures, fused with level shift,
  quantisation and zigzag order; the JPEG reference's integer transform.
- :func:`dwt`, :func:`idwt` and their forms for two and n axes and several levels, :func:`swt`: PyWavelets'
  names, modes and layout; :func:`wavelet` and :func:`wavelist` for the filters; :func:`lift53` and
  :func:`unlift53` for integers, exactly; :func:`denoise` and :func:`threshold`.
- :func:`delta`, :func:`undelta`, :func:`zigzag`, :func:`unzigzag`: differences, exact for every number.
- :mod:`~pycomp.transforms.motion`: ``motion.search``, ``motion.compensate``, ``motion.residual``: block
  matching.
- :func:`quantize`, :func:`dequantize`, :class:`Quantized`, :func:`lloyd_max`: floats as codes of a few bits;
  :func:`pack_bits`, :func:`unpack_bits`: codes side by side.
- :mod:`~pycomp.transforms.lpc`: linear prediction in FLAC's integers, block by block.
- :mod:`~pycomp.transforms.adpcm`: IMA ADPCM in WAV's and in audioop's order, and an adaptive quantiser.
- :func:`predict2d`, :func:`unpredict2d`: PNG's and JPEG-LS's predictors of pictures.
- :func:`shuffle`, :func:`unshuffle`, :func:`split_planes`, :func:`merge_planes`: bytes or bits by
  significance.
"""

from __future__ import annotations

from pycomp.transforms import adpcm, lpc, motion, scipy_backend
from pycomp.transforms._wavelet_filters import Wavelet, wavelet, wavelist
from pycomp.transforms.blocks import block_dct, block_idct, zigzag_order
from pycomp.transforms.cosine import dct, dctn, dst, dstn, idct, idctn, idst, idstn
from pycomp.transforms.denoise import denoise, threshold
from pycomp.transforms.difference import delta, undelta, unzigzag, zigzag
from pycomp.transforms.lloyd import lloyd_max
from pycomp.transforms.packing import pack_bits, unpack_bits
from pycomp.transforms.planes import predict2d, unpredict2d
from pycomp.transforms.quantize import Quantized, dequantize, quantize
from pycomp.transforms.reversible import lift53, unlift53
from pycomp.transforms.shuffle import merge_planes, shuffle, split_planes, unshuffle
from pycomp.transforms.wavelet_levels import (
    dwt_max_level,
    swt,
    wavedec,
    wavedec2,
    wavedecn,
    waverec,
    waverec2,
    waverecn,
)
from pycomp.transforms.wavelets import dwt, dwt2, dwtn, idwt, idwt2, idwtn

__all__: list[str] = [
    "dct",
    "idct",
    "dst",
    "idst",
    "dctn",
    "idctn",
    "dstn",
    "idstn",
    "scipy_backend",
    "block_dct",
    "block_idct",
    "zigzag_order",
    "delta",
    "undelta",
    "zigzag",
    "unzigzag",
    "lpc",
    "adpcm",
    "predict2d",
    "unpredict2d",
    "shuffle",
    "unshuffle",
    "split_planes",
    "merge_planes",
    "dwt",
    "idwt",
    "dwt2",
    "idwt2",
    "dwtn",
    "idwtn",
    "wavedec",
    "waverec",
    "wavedec2",
    "waverec2",
    "wavedecn",
    "waverecn",
    "swt",
    "dwt_max_level",
    "Wavelet",
    "wavelet",
    "wavelist",
    "lift53",
    "unlift53",
    "denoise",
    "threshold",
    "motion",
    "quantize",
    "dequantize",
    "Quantized",
    "lloyd_max",
    "pack_bits",
    "unpack_bits",
]
