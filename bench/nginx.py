"""nginx as the upstream and as the plain proxy, when it is installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.page import PAGE
from bench.processes import Serving, process
from ops.postgres import free_ports

FOLDERS: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
CONFIGURATION: Final = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  {temporary}
  upstream behind {{ server 127.0.0.1:{behind}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location = /healthz {{ return 200 'ok'; }}
    location / {{ {location} }}
  }}
}}
"""
ANSWER: Final = f"default_type application/json; return 200 '{PAGE.decode()}';"
FORWARD: Final = 'proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection "";'


def installed() -> str | None:
    """Its path; a user's PATH often lacks sbin."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


@contextmanager
def answering(folder: Path) -> Iterator[Serving]:
    """One worker that answers everything with the page."""
    with _serving(folder / "upstream", ANSWER, behind=1) as serving:
        yield serving


@contextmanager
def passing_on(folder: Path, *, to: str) -> Iterator[Serving]:
    """One worker that passes everything on, and checks nothing."""
    with _serving(folder / "proxy", FORWARD, behind=int(to.rpartition(":")[2])) as serving:
        yield serving


@contextmanager
def _serving(folder: Path, location: str, *, behind: int) -> Iterator[Serving]:
    binary = installed()
    assert binary is not None
    folder.mkdir()
    [port] = free_ports(1)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",  # nobody could not write below
            folder=folder,
            temporary=" ".join(f"{each}_temp_path {folder}/{each};" for each in FOLDERS),
            behind=behind,
            port=port,
            location=location,
        ),
        "utf-8",
    )
    command = [binary, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(configuration)]
    with process(command, folder / "said", port=port, environment={}) as serving:
        yield serving
