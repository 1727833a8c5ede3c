"""`python -m ops` is the `liandong` command."""

from ops.cli import main

main()
