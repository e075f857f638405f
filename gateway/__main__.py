"""``python -m gateway`` is ``onevisit``."""

import sys

from gateway.cli import main

sys.exit(main())
