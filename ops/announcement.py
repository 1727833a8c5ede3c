"""The lines a newcomer reads when the stack is up."""

from pathlib import Path

from ops import principals
from ops.ready import Ready


def show(ready: Ready, *, seconds: float) -> None:
    print()
    if ready.principals:
        _show_logins(Path(ready.principals))
    for service, url in ready.services.items():
        print(f"  {service:<10} {url}")
    print(f"  {'gateway':<10} {ready.gateway}")
    print(f"\nready in {seconds:.1f} s: {ready.gateway}  (Ctrl-C stops everything)\n", flush=True)


def _show_logins(path: Path) -> None:
    """Generated for this realm, and listed only because it is a demo bound to loopback."""
    known = principals.read(path)
    print(f"DEMO REALM: sample data, accounts known to who reads this. Also in {path}")
    widths = [max((len(a.login) for a in known.accounts), default=0), 30, 8]
    for account in known.accounts:
        cells = (account.login, account.role, account.division)
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        print(f"  {line}  {account.password}  {account.name}")
    for client in known.clients:
        print(f"  client {client.client_id}  {client.client_secret}  {client.name}")
    print()
