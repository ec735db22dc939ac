"""A mail server that delivers nothing: what the demo sends is kept in a folder as ``.eml`` files."""

import asyncio
import contextlib
import itertools
import threading
import time

REPLIES = {"HELO": "250 demo", "EHLO": "250 demo", "QUIT": "221 bye", "DATA": "354 end with a dot"}
SIZE_LIMIT = 64 << 20


class MailSink:
    """Speaks just enough SMTP on a port of this machine: ``with MailSink(folder) as sink: sink.port``."""

    def __init__(self, folder):
        self.folder = folder
        self.port = None
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        serving = asyncio.start_server(self._converse, "127.0.0.1", 0, limit=SIZE_LIMIT)
        server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _converse(self, reader, writer):
        """Answer one client until it quits."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _reply(writer, "220 demo")
            while line := await reader.readline():
                verb = line[:4].decode("ascii", "replace").upper().strip()
                await _reply(writer, REPLIES.get(verb, "250 ok"))
                if verb == "DATA":
                    self._keep(await _message(reader))
                    await _reply(writer, "250 kept")
                if verb == "QUIT":
                    break
        writer.close()

    def _keep(self, content):
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{next(self._numbers):04d}.eml"
        (self.folder / name).write_bytes(content)


async def _reply(writer, text):
    writer.write(text.encode() + b"\r\n")
    await writer.drain()


async def _message(reader):
    """The lines of a message up to the lone dot, with the doubled dots undone."""
    lines = []
    while (line := await reader.readline()) not in (b".\r\n", b""):
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)
