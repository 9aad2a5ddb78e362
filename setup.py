"""Builds the C core as one static library and each pycomp/_native/*.pyx as an extension over it.

Metadata lives in pyproject.toml; this file only finds sources and chooses flags. The flags are the
architecture's baseline: faster instruction sets are chosen at run time, function by function.

Environment switches: PYCOMP_DEBUG=1 (no optimisation, symbols), PYCOMP_SANITIZE=1 (address and
undefined-behaviour sanitizers; load the process with libasan), PYCOMP_COVERAGE=1 (gcov).
"""

import os
import sys
import sysconfig
from glob import glob

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_clib import build_clib
from setuptools.command.build_ext import build_ext

DEBUG = os.environ.get("PYCOMP_DEBUG") == "1"
SANITIZE = os.environ.get("PYCOMP_SANITIZE") == "1"
COVERAGE = os.environ.get("PYCOMP_COVERAGE") == "1"
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
WASM = sys.platform == "emscripten"  # its wheels are single-threaded

INCLUDES = ["csrc/include", "csrc"]
C_SOURCES = sorted(glob("csrc/*/*.c") + glob("csrc/arch/*/*.c"))
C_HEADERS = sorted(glob("csrc/**/*.h", recursive=True))
CORE_FILES = C_SOURCES + C_HEADERS + sorted(glob("pycomp/_native/*.pxd"))

# The free-threaded build has no stable ABI yet, so it gets one wheel a version.
MACROS: list[tuple[str, str | None]] = [] if FREE_THREADED else [("Py_LIMITED_API", "0x030B0000")]
if FREE_THREADED and sys.platform == "win32":
    MACROS.append(("Py_GIL_DISABLED", "1"))  # there pyconfig.h does not say it


def flags(compiler_type: str) -> tuple[list[str], list[str]]:
    """Compile and link flags shared by the core and the extensions."""
    if compiler_type == "msvc":
        return ["/std:c11", "/Od" if DEBUG else "/O2", "/utf-8", "/wd4244", "/wd4267"], []
    compile_flags = ["-std=c11", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections"]
    compile_flags += ["-O0", "-g"] if DEBUG else ["-O3", "-g" if SANITIZE else "-g0"]
    link_flags = ["-Wl,-dead_strip"] if sys.platform == "darwin" else ["-Wl,--gc-sections"]
    shared = []
    if not WASM and sys.platform != "win32":
        shared.append("-pthread")
    if SANITIZE:
        shared += ["-fsanitize=address,undefined", "-fno-omit-frame-pointer"]
    if COVERAGE:
        shared.append("--coverage")
    return compile_flags + shared, ([] if WASM else link_flags) + shared


class BuildCore(build_clib):
    """build_clib with the core's flags for the compiler at hand."""

    def build_libraries(self, libraries):
        compile_flags, _ = flags(self.compiler.compiler_type)
        for _, info in libraries:
            info["cflags"] = compile_flags
        super().build_libraries(libraries)


class BuildExtensions(build_ext):
    """build_ext with the same flags, over a core that is always up to date."""

    def run(self):
        self.run_command("build_clib")
        super().run()

    def build_extensions(self):
        compile_flags, link_flags = flags(self.compiler.compiler_type)
        if self.compiler.compiler_type == "unix":
            # Some Pythons hand down a run path into their own folder, which no extension needs.
            linker = self.compiler.linker_so
            self.compiler.linker_so = [part for part in linker if not part.startswith("-Wl,-rpath")]
        for extension in self.extensions:
            extension.extra_compile_args = compile_flags
            extension.extra_link_args = link_flags
        super().build_extensions()


def extensions() -> list[Extension]:
    """One extension a .pyx file."""
    found = [
        Extension(
            path.removesuffix(".pyx").replace(os.sep, "/").replace("/", "."),
            [path],
            include_dirs=INCLUDES,
            define_macros=MACROS,
            depends=CORE_FILES,
            py_limited_api=not FREE_THREADED,
        )
        for path in sorted(glob("pycomp/_native/*.pyx"))
    ]
    directives = {"language_level": 3, "freethreading_compatible": True}
    return cythonize(found, build_dir="build/cython", compiler_directives=directives)


core = {
    "sources": C_SOURCES,
    "include_dirs": INCLUDES,
    "macros": [("PC_NO_THREADS", "1")] if WASM else [],
    "obj_deps": {"": C_HEADERS},
}

setup(
    libraries=[("pycomp_core", core)],
    ext_modules=extensions(),
    cmdclass={"build_clib": BuildCore, "build_ext": BuildExtensions},
    options={} if FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}},
)
