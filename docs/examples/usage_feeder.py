#!/usr/bin/env python3
"""Follow a folder of NDJSON files and send what is new in them to Odoo: standard library only.

    usage_feeder.py URL DATABASE API_KEY FOLDER [--once]

Each *.ndjson file of the folder has an event in each line, as docs/api.md has them; lines are added, never changed.
What is sent is noted in FOLDER/.sent.json. Kill it and start it again as you like: lines that were sent twice have the
same keys, and count once. Without --once it goes on looking every few seconds.
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

#: So much of a file is sent at a time, and so long is waited where nothing is new or Odoo does not answer.
MOST_BYTES, PAUSE = 64 * 1024 * 1024, 5


class Notes:
    """How far each file was sent: in bytes, and in lines."""

    def __init__(self, path):
        self.path = path
        self.sent = json.loads(path.read_text()) if path.exists() else {}

    def of(self, name):
        """Return how far a file was sent."""
        return self.sent.get(name, {"bytes": 0, "lines": 0})

    def keep(self, name, size, lines):
        """Note how far a file was sent; the old notes stay until the new ones are whole."""
        self.sent[name] = {"bytes": size, "lines": lines}
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.sent))
        part.replace(self.path)


def unsent(path, start):
    """Return what follows in a file, up to its last whole line."""
    with path.open("rb") as file:
        file.seek(start)
        block = file.read(MOST_BYTES)
    return block[: block.rfind(b"\n") + 1]


def send(url, database, api_key, stream, start, lines):
    """Send whole lines of a file; return what Odoo answers."""
    query = urllib.parse.urlencode({"stream": stream, "start": start})
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Content-Type": "application/x-ndjson",
        "X-Odoo-Database": database,
    }
    request = urllib.request.Request(f"{url}/subscription_billing/usage?{query}", data=lines, headers=headers)
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


def feed(notes, path, identity):
    """Send what is new in a file; return whether there was something."""
    done = notes.of(path.name)
    lines = unsent(path, done["bytes"])
    if not lines:
        return False
    answer = send(*identity, path.name, done["lines"], lines)
    for problem in answer["problems"]:
        print(f"{path.name}:{problem['line']}: {problem['reason']}", file=sys.stderr)
    # Odoo says how many lines are stored for good: the next ones begin there, whatever happened to the rest.
    stored = answer["lines"] - done["lines"]
    size = sum(len(line) + 1 for line in lines.split(b"\n")[:stored])
    notes.keep(path.name, done["bytes"] + size, answer["lines"])
    counts = ("recorded", "repeated", "refused", "aside")
    print(path.name, *(f"{name} {answer[name]}" for name in counts), flush=True)
    if answer["error"] and not stored:
        raise OSError(answer["error"])
    return True


def main(url, database, api_key, folder, once=""):
    """Follow a folder."""
    folder, identity = Path(folder), (url, database, api_key)
    notes = Notes(folder / ".sent.json")
    while True:
        found = False
        try:
            for path in sorted(folder.glob("*.ndjson")):
                found |= feed(notes, path, identity)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                # What is wrong with the key or the call does not pass by itself.
                raise SystemExit(f"Odoo refused ({error.code}): {error.read().decode()[:500]}") from error
            print(f"Odoo failed ({error.code}); trying again", file=sys.stderr)
        except OSError as error:
            print(f"{error}; trying again", file=sys.stderr)
        else:
            if once and not found:
                return
        if not found:
            time.sleep(PAUSE)


if __name__ == "__main__":
    if not 5 <= len(sys.argv) <= 6:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
