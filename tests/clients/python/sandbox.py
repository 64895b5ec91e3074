"""A running sandbox, and fal's Python client pointed at it."""

import json
import os
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import fal_client.client as fal
import httpx

REPOSITORY = Path(__file__).resolve().parents[3]
MODEL = "fal-ai/flux-vision-upscaler"


def scenario(name: str) -> Path:
    return REPOSITORY / "tests" / "scenarios" / f"{name}.toml"


class Sandbox:
    """`fal-tui sandbox`, stopped at the end of the `with`. No case may leak the key."""

    def __init__(self, latency: int = 0, runners: int = 4, play: "str | Path | None" = None):
        self.args = ["--port", "0", "--latency", str(latency), "--runners", str(runners)]
        if isinstance(play, str):
            file = tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False)
            file.write(play)
            file.close()
            play = Path(file.name)
        if play is not None:
            self.args += ["--scenario", str(play)]

    def __enter__(self) -> "Sandbox":
        command = [os.environ["SANDBOX_PROGRAM"], "sandbox", *self.args]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        settings = {}
        for line in self.process.stdout:
            if not line.strip():
                break
            name, _, value = line.strip().partition("=")
            settings[name] = value
        queue = settings["FAL_TUI_QUEUE_URL"]
        self.origin = queue.removesuffix("/queue")
        self.key = settings["FAL_KEY"]
        # The client's host names: all that is changed of it.
        fal.QUEUE_URL_FORMAT = queue + "/"
        fal.REST_URL = settings["FAL_TUI_REST_URL"]
        fal.CDN_URL = self.origin + "/cdn"
        self.client = fal.SyncClient(key=self.key)
        self.http = httpx.Client()
        return self

    def __exit__(self, kind, *_):
        leaks = None if kind else self.stats()["leaks"]
        self.process.terminate()
        self.process.wait()
        if leaks is not None:
            assert leaks["count"] == 0, leaks

    def stats(self) -> dict:
        return self.http.get(self.origin + "/_sandbox/stats").json()

    def clock(self, **order) -> None:
        self.http.post(self.origin + "/_sandbox/clock", json=order).raise_for_status()

    def upload(self, name: str = "photo.png", width: int = 24, height: int = 16) -> str:
        return self.client.upload(png(width, height), "image/png", file_name=name)


def png(width: int, height: int) -> bytes:
    """A picture with a gradient, by hand: the client is what is tested here, not a picture library."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 7 % 256, y * 5 % 256, 120)) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def size(data: bytes) -> "tuple[int, int]":
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:20]
    assert data.endswith(b"IEND\xaeB`\x82"), "the picture is not whole"
    return struct.unpack(">II", data[16:24])


def toml(**keys) -> str:
    """One fault of a scenario."""

    def value(given):
        if isinstance(given, dict):
            return "{ " + ", ".join(f"{key} = {value(inner)}" for key, inner in given.items()) + " }"
        return json.dumps(given)

    return "[[fault]]\n" + "".join(f"{key} = {value(given)}\n" for key, given in keys.items())
