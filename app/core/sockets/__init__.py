"""The stream of a location's changes to the screens that watch it.

`endpoint` lets a socket in, `hub` hands frames to sockets, `snapshots` says how everything
stands, `sweep` finds out who missed something. Only the socket process opens a hub.
"""
