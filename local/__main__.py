"""The command line: `python -m local up`, and commands that talk to a server that is up."""

import sys

from local.command_line import main

sys.exit(main(sys.argv[1:]))
