"""The WSGI application: `wsgi:app` serves pages, `wsgi:stream_app` sockets."""

from app.factory import create_app

app = create_app()
stream_app = app
