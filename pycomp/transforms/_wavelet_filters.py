"""The wavelets' filters, under the names and in the conventions of PyWavelets.

A filter bank follows from its low-pass filters, up to alternating signs. Those of the Daubechies family are
the spectral factors of ((1 + z) / 2)^N times the polynomial of least degree that makes the bank orthogonal
(Daubechies, "Ten lectures on wavelets", 1992, chapter 6): ``db`` takes every zero within the unit circle,
``sym`` the choice of zeros nearest to a linear phase. ``bior2.2`` is LeGall's 5/3 and ``bior4.4`` the 9/7
of Cohen, Daubechies and Feauveau (1992), the two wavelets of JPEG 2000, normalised to a gain of the square
root of two. The digits below come from factoring with 60 of them; where PyWavelets differs, it does by less
than 1e-12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pycomp._native.dwt import MAX_TAPS, Bank

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Wavelet", "wavelet", "wavelist"]

# The reconstruction low-pass filters of the orthogonal wavelets.
_ORTHOGONAL: dict[str, tuple[float, ...]] = {
    "db1": (
        0.7071067811865476,
        0.7071067811865476,
    ),
    "db2": (
        0.48296291314453416,
        0.8365163037378079,
        0.2241438680420134,
        -0.12940952255126037,
    ),
    "db3": (
        0.33267055295008263,
        0.8068915093110925,
        0.45987750211849154,
        -0.13501102001025458,
        -0.08544127388202666,
        0.03522629188570953,
    ),
    "db4": (
        0.2303778133088965,
        0.7148465705529157,
        0.6308807679298589,
        -0.027983769416859854,
        -0.18703481171909309,
        0.030841381835560764,
        0.0328830116668852,
        -0.010597401785069032,
    ),
    "db5": (
        0.16010239797419293,
        0.6038292697971896,
        0.7243085284377729,
        0.13842814590132074,
        -0.24229488706638203,
        -0.032244869584638375,
        0.07757149384004572,
        -0.006241490212798274,
        -0.012580751999081999,
        0.0033357252854737712,
    ),
    "db6": (
        0.11154074335010947,
        0.49462389039845306,
        0.7511339080210954,
        0.31525035170919763,
        -0.22626469396543983,
        -0.12976686756726194,
        0.09750160558732304,
        0.027522865530305727,
        -0.03158203931748603,
        0.0005538422011614961,
        0.004777257510945511,
        -0.0010773010853084796,
    ),
    "db7": (
        0.07785205408500918,
        0.3965393194819173,
        0.7291320908462351,
        0.4697822874051931,
        -0.14390600392856498,
        -0.22403618499387498,
        0.07130921926683026,
        0.08061260915108308,
        -0.03802993693501441,
        -0.01657454163066688,
        0.01255099855609984,
        0.0004295779729213665,
        -0.0018016407040474908,
        0.00035371379997452024,
    ),
    "db8": (
        0.05441584224310401,
        0.31287159091429995,
        0.6756307362972898,
        0.5853546836542067,
        -0.015829105256349306,
        -0.2840155429615469,
        0.0004724845739132828,
        0.12874742662047847,
        -0.017369301001807547,
        -0.044088253930794755,
        0.013981027917398282,
        0.008746094047405777,
        -0.004870352993451574,
        -0.00039174037337694705,
        0.0006754494064505693,
        -0.00011747678412476953,
    ),
    "sym4": (
        0.032223100604051466,
        -0.012603967262031304,
        -0.09921954357663353,
        0.29785779560530606,
        0.8037387518051321,
        0.497618667632775,
        -0.029635527646002493,
        -0.07576571478950221,
    ),
    "sym8": (
        0.001889950332767689,
        -0.0003029205147241331,
        -0.014952258337062199,
        0.0038087520138944896,
        0.04913717967373029,
        -0.027219029917103486,
        -0.0519458381078818,
        0.36444189483617895,
        0.777185751699628,
        0.4813596512590534,
        -0.061273359067811076,
        -0.14329423835127267,
        0.007607487324976609,
        0.03169508781152599,
        -0.0005421323318000107,
        -0.0033824159510050028,
    ),
}

# Decomposition and reconstruction low-pass filters of the biorthogonal ones.
_BIORTHOGONAL: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "bior2.2": (
        (
            0.0,
            -0.17677669529663687,
            0.35355339059327373,
            1.0606601717798212,
            0.35355339059327373,
            -0.17677669529663687,
        ),
        (0.0, 0.35355339059327373, 0.7071067811865476, 0.35355339059327373, 0.0, 0.0),
    ),
    "bior4.4": (
        (
            0.0,
            0.03782845550699546,
            -0.02384946501938,
            -0.1106244044184234,
            0.37740285561265374,
            0.8526986790094034,
            0.37740285561265374,
            -0.1106244044184234,
            -0.02384946501938,
            0.03782845550699546,
        ),
        (
            0.0,
            -0.06453888262893843,
            -0.04068941760955844,
            0.4180922732222122,
            0.7884856164056644,
            0.4180922732222122,
            -0.04068941760955844,
            -0.06453888262893843,
            0.0,
            0.0,
        ),
    ),
}

# Other names of the same filters.
_ALIASES = {"haar": "db1", "legall5.3": "bior2.2", "cdf5.3": "bior2.2", "cdf9.7": "bior4.4"}


@runtime_checkable
class FilterBank(Protocol):
    """Anything with the four filters, such as ``pywt.Wavelet``."""

    @property
    def dec_lo(self) -> Sequence[float]: ...
    @property
    def dec_hi(self) -> Sequence[float]: ...
    @property
    def rec_lo(self) -> Sequence[float]: ...
    @property
    def rec_hi(self) -> Sequence[float]: ...


@dataclass(frozen=True)
class Wavelet:
    """A filter bank: decomposition and reconstruction, low-pass and high-pass, of one even length.

    >>> from pycomp import transforms
    >>> transforms.wavelet("haar").dec_lo
    (0.7071067811865476, 0.7071067811865476)
    """

    name: str
    dec_lo: tuple[float, ...]
    dec_hi: tuple[float, ...]
    rec_lo: tuple[float, ...]
    rec_hi: tuple[float, ...]

    @property
    def dec_len(self) -> int:
        """The number of taps."""
        return len(self.dec_lo)

    @property
    def orthogonal(self) -> bool:
        """Whether decomposition and reconstruction filters mirror each other."""
        return self.dec_lo == self.rec_lo[::-1]

    @cached_property
    def analysis(self) -> Bank:
        """The decomposition filters as the kernels take them."""
        return Bank(self.dec_lo, self.dec_hi)

    @cached_property
    def synthesis(self) -> Bank:
        """The reconstruction filters as the kernels take them."""
        return Bank(self.rec_lo, self.rec_hi)


def _alternated(taps: Sequence[float], first: int) -> tuple[float, ...]:
    return tuple(first * (-1) ** k * tap for k, tap in enumerate(taps))


@cache
def _named(name: str) -> Wavelet:
    key = _ALIASES.get(name, name)
    if key in _ORTHOGONAL:
        rec = _ORTHOGONAL[key]
        dec = rec[::-1]
    elif key in _BIORTHOGONAL:
        dec, rec = _BIORTHOGONAL[key]
    else:
        raise ValueError(f"wavelet {name!r} is unknown; choose one of {', '.join(wavelist())}")
    return Wavelet(name, dec, _alternated(rec, -1), rec, _alternated(dec, 1))


def wavelist() -> list[str]:
    """The names that :func:`wavelet` knows, aliases included."""
    return sorted([*_ORTHOGONAL, *_BIORTHOGONAL, *_ALIASES])


def wavelet(name: str | FilterBank) -> Wavelet:
    """The wavelet of a name, or of any object with ``dec_lo``, ``dec_hi``, ``rec_lo`` and ``rec_hi``.

    Raises
    ------
    ValueError
        An unknown name, or filters whose length is odd, unequal or above 128.

    Examples
    --------
    >>> from pycomp import transforms
    >>> transforms.wavelet("db2").dec_len
    4
    """
    if isinstance(name, Wavelet):
        return name
    if isinstance(name, str):
        return _named(name.lower())
    if not isinstance(name, FilterBank):
        raise TypeError(f"a wavelet is a name or has filters, and {type(name).__name__} is neither")
    banks = [tuple(float(t) for t in taps) for taps in (name.dec_lo, name.dec_hi, name.rec_lo, name.rec_hi)]
    lengths = {len(taps) for taps in banks}
    if len(lengths) != 1 or len(banks[0]) % 2 or not 2 <= len(banks[0]) <= MAX_TAPS:
        raise ValueError(f"filters of {sorted(lengths)} taps; all have the same even number, 2 to {MAX_TAPS}")
    return Wavelet(str(getattr(name, "name", "custom")), *banks)
