#!/usr/bin/python3
"""Starts nginx on a free port, without a race for it.

Usage: start_nginx.py DIRECTORY [CERTIFICATE KEY]

Serves DIRECTORY/root, and below /by/ what the server $UPSTREAM (host:port, if it
is set) has; writes configuration and logs to DIRECTORY, and the port to
DIRECTORY/port. The socket is bound here and handed over as nginx hands
its sockets to a new version of itself (the variable NGINX). TERM ends all.
"""

import os
import pwd
import socket
import sys

CONFIGURATION = """
daemon off;
worker_processes 1;
{user}
pid {directory}/pid;
error_log {directory}/error.log info;
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {directory}/tmp;
    proxy_temp_path {directory}/tmp;
    fastcgi_temp_path {directory}/tmp;
    uwsgi_temp_path {directory}/tmp;
    scgi_temp_path {directory}/tmp;
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{port} {tls};
        {certificate}
        root {directory}/root;
        location /old {{ return 301 /page; }}
        location /busy {{ return 503; }}
        location /later {{ add_header Retry-After 99999999 always; return 503; }}
        {upstream}
        location /gzip {{ alias {directory}/root; gzip on; gzip_types *; gzip_min_length 1; }}
    }}
}}
"""

UPSTREAM = """location /by/ { proxy_pass http://%s/; proxy_http_version 1.1; proxy_buffering off; }"""


def main():
    directory = os.path.abspath(sys.argv[1])
    tls = len(sys.argv) == 4
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    listener.set_inheritable(True)
    port = listener.getsockname()[1]
    os.makedirs(directory + "/tmp", exist_ok=True)
    with open(directory + "/nginx.conf", "w", encoding="ascii") as out:
        out.write(CONFIGURATION.format(
            directory=directory, port=port,
            upstream=UPSTREAM % os.environ["UPSTREAM"] if "UPSTREAM" in os.environ else "",
            tls="ssl http2" if tls else "",
            certificate="ssl_certificate %s; ssl_certificate_key %s;" % tuple(sys.argv[2:4]) if tls else "",
            user="user %s;" % pwd.getpwuid(0).pw_name if os.geteuid() == 0 else ""))
    with open(directory + "/port.new", "w", encoding="ascii") as out:
        print(port, file=out)
    os.rename(directory + "/port.new", directory + "/port")
    os.environ["NGINX"] = "%d;" % listener.fileno()
    # timeout passes TERM on, and ends nginx in case nobody does it.
    os.execvp("timeout", ["timeout", "300", "nginx", "-e", directory + "/error.log", "-p", directory,
                          "-c", directory + "/nginx.conf"])


os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
main()
