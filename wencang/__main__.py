"""`python -m wencang` is `wencang`."""

import sys

from wencang.cli import main

if __name__ == "__main__":
    sys.exit(main())
