"""The pages of an account: signing in to it in two steps, and everything a person changes of it."""

from app.identity.account.routes import factors, prove, reset, security, sessions, settings, steps
from app.identity.account.routes.blueprint import account

__all__ = ["account", "factors", "prove", "reset", "security", "sessions", "settings", "steps"]
