"""The command line from a checkout: `python search_cli.py` is `wencang`."""

import sys

from wencang.cli import main

if __name__ == "__main__":
    sys.exit(main())
