"""Two workers a processor and threads in each: keep-alive needs threads, and more workers were slower on two cores,
because they wait for each other's write lock."""

import os

preload_app = True
workers = int(os.environ.get("PEER_WORKERS", 2 * (os.cpu_count() or 1)))
worker_class = "gthread"
threads = int(os.environ.get("PEER_THREADS", 8))
worker_connections = 2000
backlog = 2048
keepalive = 120
timeout = 600
accesslog = None
loglevel = "warning"
