"""`python -m bench`. Imports nothing by itself: each client process imports this file again."""

import sys
from importlib import import_module

if __name__ == "__main__":
    sys.exit(import_module("bench.run").main())
