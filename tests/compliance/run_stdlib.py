"""Runs a module of CPython's own tests with our zlib and gzip in place of the standard ones.

    python run_stdlib.py modules test.test_zlib     ours stand in sys.modules before the tests are imported
    python run_stdlib.py patched test.test_zlib     pycomp.patch() is in force

Prints how many tests ran; exits with 1 if any failed.
"""

from __future__ import annotations

import sys
import unittest


def main(mode: str, name: str) -> int:
    if mode == "modules":
        import pycomp.gzip
        import pycomp.zlib

        sys.modules["zlib"], sys.modules["gzip"] = pycomp.zlib, pycomp.gzip
    else:
        import pycomp

        pycomp.patch()
    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    import zlib

    assert zlib.__name__ == "pycomp.zlib", "the tests ran on another zlib"
    print("ran", result.testsRun)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
