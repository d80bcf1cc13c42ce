"""Listener: a socket that takes connections, and its address in words. Knows not who answers them."""

from __future__ import annotations

import os
import socket

from service.refusals import CannotListen

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A socket of our own. CannotListen when the address is taken, not this machine's, or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # Python adds the address to the system's words; a name that does not resolve has words of its own.
        number = error.errno or 0
        why = os.strerror(number) if number > 0 else error.strerror
        raise CannotListen(
            f"cannot listen on {host} port {port}: {why}; choose another --host or --port"
        ) from None


def address_of(listener: socket.socket) -> str:
    """Where it listens, as a browser wants it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
