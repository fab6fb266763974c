"""What a server and the job worker load: `gunicorn wsgi:app`, `huey_consumer wsgi.jobs`."""

from app import create_app

app = create_app()
jobs = app.extensions["jobs"]
