"""What all probes share: events as JSON lines on stdout, commands as lines on stdin.

Commands: `focus N` puts the caret into field N, `read N` tells its text, `clear N` empties it, `quit` ends.
Events: {"event": "ready"}, {"event": "focused", "field": N}, {"event": "text", "field": N, "text": …} on every
change, {"event": "read", …} as the answer to `read`, {"event": "preedit", "field": N, "text": …}, {"event": "key", "field": N,
"name": …, "edge": "press" or "release"} for keys that reach the application.

The fields: 0 and 1 hold one line each, 2 holds several lines, 3 is for a password.
"""

import json
import os
import sys

FIELDS = range(4)
PASSWORD = 3


def tell(event, **more):
    # Qt names some keys by half a surrogate pair, which is no UTF-8.
    line = json.dumps({"event": event, **more}, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(line.encode(errors="replace"))
    sys.stdout.flush()


class Commands:
    """Splits what comes from stdin into commands and carries them out."""

    def __init__(self, focus, read, clear, end):
        self.actions = {"focus": focus, "clear": clear}
        self.read, self.end = read, end
        self.rest = b""

    def take(self):
        """Carries out what has come; False at the end of stdin."""
        chunk = os.read(sys.stdin.fileno(), 4096)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            if not self.carry_out(*line.decode().split()):
                return False
        if not chunk:
            self.end()
        return bool(chunk)

    def carry_out(self, name="", field="0"):
        if name == "quit":
            self.end()
            return False
        if name == "read":
            tell("read", field=int(field), text=self.read(int(field)))
        elif name in self.actions:
            self.actions[name](int(field))
        return True
