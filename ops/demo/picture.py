"""A photograph for the story: a real, tiny PNG whose colour depends on what it shows."""

import hashlib
import struct
import zlib


def photograph(what: str) -> bytes:
    """A PNG of one pixel; different subjects give different files."""
    colour = hashlib.sha256(what.encode()).digest()[:3]
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" + colour)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
