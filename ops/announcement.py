"""The lines a newcomer reads while the stack comes up, and when it is."""

from pathlib import Path

from ops import principals
from ops.ready import Ready


def doing(step: str) -> None:
    """One line before a step that may take seconds."""
    print(f"{step} ...", flush=True)


def show(ready: Ready, *, seconds: float) -> None:
    print()
    if ready.principals:
        _show_logins(Path(ready.principals))
    for service, url in ready.services.items():
        print(f"  {service:<10} {url}")
    print(f"  {'gateway':<10} {ready.gateway}")
    print(f"\nready in {seconds:.1f} s: {ready.gateway}  (Ctrl-C stops everything)\n", flush=True)


def _show_logins(path: Path) -> None:
    """One login a role. They were generated for this realm, a demo bound to loopback."""
    known = principals.read(path)
    one_a_role = {login.role: login for login in reversed(known.accounts)}
    print("DEMO REALM: sample data, and logins that are no secret. One of each role:")
    for login in reversed(one_a_role.values()):
        print(f"  {login.login:<36} {login.password:<18} {login.role:<26} {login.name}")
    for client in known.clients:
        print(f"  client {client.client_id:<29} {client.client_secret}  {client.name}")
    print(f"All {len(known.accounts)} of them: {path}\n")
