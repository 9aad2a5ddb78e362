"""``python -m pycomp.cli``: the ``pycomp`` command without its script."""

import sys

from pycomp.cli import main

if __name__ == "__main__":
    sys.exit(main())
