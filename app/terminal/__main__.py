"""Start the simulated terminal: `python -m app.terminal --host H --port N --data-dir DIR`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from app.terminal.api import Api
from app.terminal.ledger import Ledger, LedgerInUse
from app.terminal.server import Terminal

_STOP = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit status, 1 after one sentence on stderr."""
    options = _options()
    # Blocked before any thread starts, so that only sigwait below ever sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    try:
        ledger = Ledger(options.data_dir / "terminal.jsonl")
        terminal = Terminal(options.host, options.port, Api(ledger))
    except (OSError, ValueError, LedgerInUse) as error:
        print(f"The card terminal cannot start: {error}", file=sys.stderr)
        return 1
    if options.port == 0:
        print(terminal.server_port, flush=True)
    threading.Thread(target=terminal.serve_forever, args=(0.1,), daemon=True).start()
    signal.sigwait(_STOP)
    terminal.stop()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.terminal", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes any and prints it")
    parser.add_argument("--data-dir", type=Path, required=True, help="where its ledger lives")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
