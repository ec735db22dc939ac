"""The other end of a probe: an Odoo process that reads requests and writes answers."""

import importlib
import json
import os
import sys


def main(configuration, database, actions):
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    # Whatever Odoo prints must not be taken for an answer.
    os.dup2(2, 1)
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", configuration, "--no-http"], setup_logging=True)
    registry = Registry(database)
    module = importlib.import_module(actions)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        answer = getattr(module, name)(registry, **arguments)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
