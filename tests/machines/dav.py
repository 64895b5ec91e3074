"""A folder as a WebDAV server on a port of this machine, 0 for a free one, for the tests: WsgiDAV behind cheroot.

    dav.py FOLDER PORT [METHOD=STATUS[:TIMES[@BEHIND]]] [overwrites]

What stands behind the folder is done otherwise than it should be: a method is refused, always or so many times, from the first call on or behind so many;
`overwrites` goes over files whatever is asked. Prints its origin, then a line
a call: `GET 206 /in/a.png`.
"""

import sys

from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp

folder, port, *faults = sys.argv[1:]
refused = {}
for fault in faults:
    method, _, status = fault.partition("=")
    if status:
        code, _, times = status.partition(":")
        times, _, behind = times.partition("@")
        refused[method] = [code, int(times or 1_000_000), int(behind or 0)]

app = WsgiDAVApp(
    {
        "provider_mapping": {"/": folder},
        "simple_dc": {"user_mapping": {"*": {"me": {"password": "very-secret"}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "verbose": 0,
        "logging": {"enable": False},
    }
)


def served(environ, start_response):
    method = environ["REQUEST_METHOD"]
    # As it is called; those who serve it change it.
    path = environ["PATH_INFO"].encode("latin-1").decode()

    def told(status, headers, exc_info=None):
        # In one piece: calls come at once.
        sys.stdout.write(f"{method} {status.split()[0]} {path}\n")
        sys.stdout.flush()
        return start_response(status, headers, exc_info)

    fault = refused.get(method, ["", 0, 0])
    code, left, behind = fault
    if behind:
        fault[2] -= 1
    elif left:
        fault[1] -= 1
        environ["wsgi.input"].read()
        told(f"{code} Refused", [("Content-Length", "0")])
        return [b""]
    if "overwrites" in faults:
        environ["HTTP_OVERWRITE"] = "T"
    return app(environ, told)


server = wsgi.Server(("127.0.0.1", int(port)), served, numthreads=12)
server.prepare()
print(f"http://127.0.0.1:{server.bind_addr[1]}", flush=True)
server.serve()
