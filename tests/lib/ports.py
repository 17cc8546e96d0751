"""A port of 127.0.0.1 for somebody who must be told one, and who may let go of it and take it again."""
import socket


def keep_port():
    """(the port, what keeps it until it is closed): bound, so that nobody is given it who asks for any port, and not
    listened at, so that whoever says SO_REUSEADDR may listen there; until then who calls is refused."""
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    return keeper.getsockname()[1], keeper
