"""What every test process does once."""

from __future__ import annotations

from functools import cache

import botocore.session

# Every session reads AWS's models and endpoints from the disk anew, for a fifth of a second; tests make thousands.
botocore.session.create_loader = cache(botocore.session.create_loader)
