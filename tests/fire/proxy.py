"""A wire that can be cut, slowed and held: stands between clients and a daemon, or a daemon and PostgreSQL.

    p = Proxy(lambda: ("127.0.0.1", d.port))          # p.port
    p = Proxy(lambda: "/…/.s.PGSQL.5432", unix="/…/.s.PGSQL.5432")

cut: every connection breaks, and nobody new gets in. slow: each piece waits so long. hold: what was sent
arrives after heal(), or never; new connections are taken and get no answer.
"""
import asyncio
import threading

PIECE = 65536


class Wires:
    """The loop that all proxies of a test run on, in its own thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)


WIRES = None


class Proxy:
    def __init__(self, target, unix=None):
        global WIRES
        WIRES = WIRES or Wires()
        self.target, self.open, self.delay, self.broken, self.taken = target, set(), 0, False, 0
        WIRES.do(self._listen(unix))

    async def _listen(self, unix):
        self.flows = asyncio.Event()
        self.flows.set()
        if unix:
            await asyncio.start_unix_server(self._serve, unix)
        else:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
            self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        ends = [writer]
        self.taken += 1
        self.open.add(writer)
        try:
            if self.broken:
                return
            to = self.target()
            far = await (asyncio.open_unix_connection(to) if isinstance(to, str) else asyncio.open_connection(*to))
            ends.append(far[1])
            self.open.add(far[1])
            pumps = [asyncio.ensure_future(self._pump(*x)) for x in ((reader, far[1]), (far[0], writer))]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for one in pumps:
                one.cancel()
        except OSError:
            pass
        finally:
            for end in ends:
                self.open.discard(end)
                end.close()  # what is on its way arrives

    async def _pump(self, reader, writer):
        try:
            while data := await reader.read(PIECE):
                await self.flows.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass

    async def _set(self, broken=False, delay=0, flows=True):
        self.broken, self.delay = broken, delay
        if flows:
            self.flows.set()
        else:
            self.flows.clear()
        if broken:
            for end in list(self.open):
                end.transport.abort()

    def cut(self):
        WIRES.do(self._set(broken=True))

    def slow(self, seconds):
        WIRES.do(self._set(delay=seconds))

    def hold(self):
        WIRES.do(self._set(flows=False))

    def heal(self):
        WIRES.do(self._set())
