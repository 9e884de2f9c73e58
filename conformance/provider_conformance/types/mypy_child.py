"""Run mypy so that it finds modules where the parent process does. Started by path, never imported.

It reads a JSON list, the parent's ``sys.path``, from its standard input; mypy then looks for packages
there. The paths are put in only after mypy is imported: a folder of the provider's that has a module
``types`` must not break mypy itself.
"""

from __future__ import annotations

import json
import sys

if __name__ == "__main__":
    from mypy.main import main

    # Some releases of mypy take the first entry for the script's folder and drop it.
    sys.path[:] = ["", *json.load(sys.stdin)]
    main(args=sys.argv[1:], clean_exit=True)
