"""`python -m offbeat` is the command `offbeat`."""

import sys

from offbeat.cli import main

sys.exit(main())
