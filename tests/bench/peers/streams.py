"""streams.py - the dialogue in asyncio, by its protocols, the cheaper of its ways

usage: streams.py PORT | streams.py PATH
"""

import asyncio
import sys


class Session(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.rest = b""
        transport.write(b"Welcome!")

    def data_received(self, data):
        *names, self.rest = (self.rest + data).split(b"\n")
        answers = []
        for name in names:
            if name == b"exit":
                self.transport.write(b"".join(answers))
                self.transport.close()
                return
            answers.append(b"Hello, %s!\n" % name)
        self.transport.write(b"".join(answers))


async def main():
    where = sys.argv[1]
    loop = asyncio.get_running_loop()
    if where.startswith("/"):
        server = await loop.create_unix_server(Session, where, backlog=4096)
    else:
        server = await loop.create_server(Session, "127.0.0.1", int(where), backlog=4096)
    await server.serve_forever()


asyncio.run(main())
