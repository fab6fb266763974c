"""The yardstick: a bare Flask view that gives a page of the same size, compressed the same way, and nothing else."""

import os
from pathlib import Path

from flask import Flask
from flask_compress import Compress

app = Flask(__name__, static_folder=None)
app.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=4, COMPRESS_STREAMS=False)
Compress(app)
PAGE = Path(os.environ["BARE_PAGE"]).read_text()


@app.get("/")
def page() -> str:
    return PAGE
