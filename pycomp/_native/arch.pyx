"""Which instruction sets the machine has, and the kernel table that the other modules run.

The table is filled once at import for the best tier, or for the one that the environment variable PYCOMP_ISA
names (scalar, avx2, avx512, neon, pmull); a tier includes those below it. Every tier gives the same bytes, so
the choice is one of speed, and of what a test wants to exercise.
"""

import os

from pycomp._native.c_kernels cimport (
    PC_ISA_AVX2,
    PC_ISA_AVX512,
    PC_ISA_NEON,
    PC_ISA_PMULL,
    PC_ISA_SCALAR,
    pc_isa_detect,
    pc_kernels_fill,
)

_TIERS = {
    "scalar": PC_ISA_SCALAR,
    "avx2": PC_ISA_AVX2,
    "avx512": PC_ISA_AVX2 | PC_ISA_AVX512,
    "neon": PC_ISA_NEON,
    "pmull": PC_ISA_NEON | PC_ISA_PMULL,
}


def detected():
    """The tiers usable here, slowest first, as a tuple of names."""
    have = pc_isa_detect()
    return tuple(name for name, mask in _TIERS.items() if mask & ~have == 0)


def active():
    """The tier that the kernels now run at."""
    return next(name for name, mask in _TIERS.items() if mask == kernels.isa)


def set_isa(name):
    """Switch every kernel to the tier, or with None back to what it was at import: for tests and benchmarks.

    Not to be called while another thread is inside a kernel.
    """
    have = detected()
    if name is None:
        name = os.environ.get("PYCOMP_ISA") or have[-1]
    if name not in have:
        from pycomp.errors import UnsupportedError
        raise UnsupportedError(
            f"PYCOMP_ISA={name}: this machine offers {', '.join(have)}; choose one of these or leave it unset"
        )
    pc_kernels_fill(&kernels, _TIERS[name])


set_isa(None)
