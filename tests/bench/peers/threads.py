"""threads.py - the dialogue as a tutorial writes it: a thread a connection

usage: threads.py PORT | threads.py PATH
"""

import socket
import sys
import threading


def serve(connection):
    with connection:
        connection.sendall(b"Welcome!")
        rest = b""
        while data := connection.recv(65536):
            *names, rest = (rest + data).split(b"\n")
            answers = []
            for name in names:
                if name == b"exit":
                    connection.sendall(b"".join(answers))
                    return
                answers.append(b"Hello, %s!\n" % name)
            connection.sendall(b"".join(answers))


def main():
    where = sys.argv[1]
    if where.startswith("/"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(where)
    else:
        listener = socket.create_server(("127.0.0.1", int(where)))
    listener.listen(4096)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
