"""`python -m pipeline.cli`: the same as the command `groundplan`."""

from __future__ import annotations

from pipeline.cli import main

main()
