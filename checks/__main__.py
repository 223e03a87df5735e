"""Print what breaks a rule, one line each; the exit code tells whether anything does."""

import sys
from pathlib import Path

from checks.rules import findings

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    found = list(findings(ROOT))
    for finding in found:
        print(finding, file=sys.stderr)
    sys.exit(1 if found else 0)
