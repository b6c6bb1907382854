"""`python -m connectors.<vendor>.sandbox`: a sandbox desk in a process of its own. Prints its addresses as
one JSON line, then serves."""
from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from connectors.clock import FileClock, SystemClock
from connectors.sandbox.switches import SwitchBoard


def serve(name: str, desk_type: Any, switches: SwitchBoard, arguments: list[str] | None) -> int:
    """Build, announce and serve until SIGINT or SIGTERM. The exit code: 2 when the arguments cannot be used,
    with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="API, pages and help centre (0: any free port)")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument(
        "--page-port",
        type=int,
        default=None,
        help="serve pages and help centre on a port of their own as well",
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; any other is refused")
    parser.add_argument(
        "--articles", type=Path, default=None, help="a folder of Markdown files, or a JSONL file"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--account", default="larkfield")
    parser.add_argument("--company", default="Larkfield")
    parser.add_argument(
        "--clock-file", type=Path, default=None, help="a file with the seconds to shift the clock by"
    )
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=JSON",
                        help="set a switch, e.g. --switch plan_per_minute=200")
    options = parser.parse_args(arguments)
    default = switches.as_dict()
    try:
        switches.change(
            {key: json.loads(value) for key, _, value in (text.partition("=") for text in options.switch)}
        )
        clock = FileClock(options.clock_file) if options.clock_file else SystemClock()
        desk = desk_type(
            options.articles,
            options.seed,
            clock,
            account=options.account,
            company=options.company,
            host=options.host,
            port=options.port,
            control_port=options.control_port,
            page_port=options.page_port,
            switches=switches,
        )
    except ValueError as error:
        print(f"sandbox desk: {error}", file=sys.stderr)  # noqa: T201
        return 2
    ended = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: ended.set())
    desk.start()
    # One line for whoever started us; which switches differ from the default belongs to it (X32).
    changed = {key: value for key, value in switches.as_dict().items() if value != default[key]}
    print(json.dumps({**desk.about(), "switches": changed}), flush=True)  # noqa: T201
    ended.wait()
    desk.stop()
    return 0
