"""How gunicorn serves the site; it reads this file where it starts.

Threads, since sync workers stall on slow phones where no proxy stands in front.
"""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
keepalive = 15  # seconds: a proxy or a phone asks for several things
control_socket_disable = True  # it would stand in the home folder, shared by all instances
loglevel = "warning"
