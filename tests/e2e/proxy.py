"""A TCP proxy on 127.0.0.1 that can be slow, fall silent, or cut its connections."""

import contextlib
import socket
import threading
import time
from queue import SimpleQueue
from types import TracebackType

_Line = SimpleQueue[tuple[float, bytes]]
"""Bytes under way, each with when they are due; none at the end."""


class Proxy:
    """Passes bytes both ways to `target`; usable in a `with` block.

    What comes from `target` from now on takes `delay_s` longer.
    """

    def __init__(self, port: int, target: int, delay_s: float = 0.0) -> None:
        self.port = port
        self.delay_s = delay_s
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._closed = threading.Event()
        self._sockets: list[socket.socket] = []
        self._forgotten: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", port), backlog=64)

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()
        self._server.close()
        self.speak()
        self.cut()

    def fall_silent(self) -> None:
        """From now on takes bytes and connections, and passes nothing on."""
        self._open.clear()

    def speak(self) -> None:
        """Passes on again, what came meanwhile too."""
        self._open.set()

    def forget(self) -> None:
        """Passes nothing on any more over the connections there are now, as firewalls do."""
        self._forgotten.update(self._sockets)

    def cut(self) -> None:
        """Ends every connection there is now."""
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            for one, other, answers in ((client, broker, False), (broker, client, True)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(one)
                line: _Line = SimpleQueue()
                threading.Thread(target=self._take, args=(one, line, answers), daemon=True).start()
                threading.Thread(target=self._hand_over, args=(line, other), daemon=True).start()

    def _take(self, here: socket.socket, line: _Line, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := here.recv(65_536):
                line.put((time.monotonic() + (self.delay_s if answers else 0.0), data))
        line.put((0.0, b""))

    def _hand_over(self, line: _Line, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (item := line.get())[1]:
                if (early := item[0] - time.monotonic()) > 0:
                    self._closed.wait(early)
                self._open.wait()
                if there not in self._forgotten:
                    there.sendall(item[1])
            there.shutdown(socket.SHUT_WR)
