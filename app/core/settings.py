"""What the environment says, checked once and all at once.

Without DATABASE_URL and REDIS_URL the addresses are those of the embedded services, which follow
from DATA_DIR alone: every command run beside `make run` finds them without being told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from environs import Env, EnvValidationError, ValidationError

from app.core.embedded import default_data_dir, embedded_urls
from app.core.kept_keys import kept_encryption_keys, kept_secret
from app.core.network import Proxies, host_in

PROJECT = Path(__file__).resolve().parents[2]
SHORTEST_SECRET = 32
CONTACTS = ("mailto:", "https://")

SENTENCES = {
    "HOST": "HOST must be the name or address to listen on, such as 127.0.0.1.",
    "PORT": "PORT must be a whole number from 1 to 65533; the two ports above it are used too.",
    "WEB_PROCESSES": "WEB_PROCESSES must be a whole number from 1 to 64.",
    "DATABASE_URL": "DATABASE_URL must look like postgresql://nib_app:password@host/nibblix.",
    "DATABASE_OWNER_URL": (
        "DATABASE_OWNER_URL must look like postgresql://nib_owner:password@host/nibblix."
    ),
    "DATABASE_ADMIN_URL": (
        "DATABASE_ADMIN_URL must look like postgresql://postgres:password@host/postgres."
    ),
    "REDIS_URL": "REDIS_URL must look like redis://host:6379/0 or unix:///path/to/socket.",
    "SECRET_KEY": (
        f"SECRET_KEY must be set, with at least {SHORTEST_SECRET} characters, "
        "where DATABASE_URL is set."
    ),
    "ENCRYPTION_KEYS": (
        "ENCRYPTION_KEYS must be set where DATABASE_URL is set: keys of 32 bytes in base64, the "
        'newest first, with commas between them. `python -c "from cryptography.fernet import '
        'Fernet as F; print(F.generate_key().decode())"` makes one.'
    ),
    "PUBLIC_URL": "PUBLIC_URL must be the address of the pages, such as https://app.example.com.",
    "SMTP_URL": "SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465.",
    "MAIL_FROM": "MAIL_FROM must be a mail address, such as Nibblix <no-reply@example.com>.",
    "BREACHED_PASSWORDS": "BREACHED_PASSWORDS must be a file: SHA-1 digests, one a line, in order.",
    "BASE_DOMAIN": "BASE_DOMAIN must be a domain without scheme or port, such as example.com.",
    "STREAM_URL": "STREAM_URL must begin with ws:// or wss://.",
    "TRUSTED_PROXIES": (
        "TRUSTED_PROXIES must be how many proxies are in front (1 to 9), "
        "or their networks, such as 10.0.0.0/8 192.168.1.2."
    ),
    "SECURITY_CONTACT": "SECURITY_CONTACT must begin with mailto: or https://.",
    "TERMINAL_URL": "TERMINAL_URL must begin with http:// or https://.",
    "LOG_LEVEL": "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.",
}


class SettingsError(Exception):
    """The environment does not say what Nibblix needs; `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that the environment decides. Addresses of databases are in libpq's form."""

    host: str
    port: int
    web_processes: int
    data_dir: Path
    database_url: str
    database_owner_url: str | None
    database_admin_url: str | None
    redis_url: str
    embedded_database: bool
    embedded_redis: bool
    secret_key: str
    encryption_keys: tuple[str, ...]
    public_url: str
    smtp_url: str | None
    mail_from: str
    base_domain: str
    breached_passwords: Path | None
    stream_url: str | None
    trusted_proxies: Proxies | None
    security_contact: str | None
    terminal_url: str
    log_level: str

    @property
    def stream_port(self) -> int:
        """Where the socket process listens."""
        return self.port + 1

    @property
    def terminal_port(self) -> int:
        """Where the simulated card terminal listens."""
        return self.port + 2

    def stream_address(self, host: str, *, is_secure: bool = False) -> str:
        """The origin of sockets for a page that was asked for under `host` (with its port, if any).

        Without STREAM_URL it keeps the page's own host, for a tablet on the LAN reaches no
        127.0.0.1 and a cookie set for localhost is not sent there. Behind TLS it is the page's
        whole origin: the proxy knows where sockets go.
        """
        if self.stream_url:
            return self.stream_url
        if is_secure:
            return f"wss://{host}"
        name = host_in(host) or self.host
        return f"ws://{bracketed(name)}:{self.stream_port}"


class _MappingEnv(Env):
    """An Env over a given mapping, so that what is read is what the caller passes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(eager=False)
        # KEY= in a shell means "not set".
        self._given = {key: value for key, value in environ.items() if value}

    def _get_value(self, env_key: str, default: Any) -> Any:
        return self._given.get(env_key, default)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check `environ`; SettingsError names every problem at once.

    The only side effect: the first call with embedded services makes the keys in DATA_DIR.
    """
    env = _MappingEnv(environ)
    data_dir = (PROJECT / env.path("DATA_DIR", default_data_dir(PROJECT))).resolve()
    embedded = embedded_urls(data_dir)
    external_database = env.str("DATABASE_URL", None, validate=_scheme("postgresql", "postgres"))
    owner_url = env.str("DATABASE_OWNER_URL", None, validate=_scheme("postgresql", "postgres"))
    admin_url = env.str("DATABASE_ADMIN_URL", None, validate=_scheme("postgresql", "postgres"))
    external_redis = env.str("REDIS_URL", None, validate=_scheme("redis", "rediss", "unix"))
    port = env.int("PORT", 8000, validate=_in_range(1, 65533))
    secret_key = env.str("SECRET_KEY", None, validate=_at_least(SHORTEST_SECRET))
    encryption_keys: list[str] | None = env.list(
        "ENCRYPTION_KEYS", [], validate=_matches(_are_keys)
    )
    base_domain = env.str("BASE_DOMAIN", "localhost", validate=_matches(_is_domain))
    settings = Settings(
        host=env.str("HOST", "127.0.0.1", validate=_matches(lambda host: " " not in host)),
        port=port,
        web_processes=env.int("WEB_PROCESSES", 2, validate=_in_range(1, 64)),
        data_dir=data_dir,
        database_url=external_database or embedded.app_url,
        database_owner_url=owner_url if external_database else embedded.owner_url,
        database_admin_url=admin_url if external_database else embedded.admin_url,
        redis_url=external_redis or embedded.redis_url,
        # Processes of `make run` are told the addresses that follow from DATA_DIR.
        embedded_database=external_database in (None, embedded.app_url),
        embedded_redis=external_redis is None,
        secret_key=secret_key or "",
        encryption_keys=tuple(encryption_keys or ()),
        public_url=env.str(
            "PUBLIC_URL", f"http://localhost:{_or_zero(port)}", validate=_scheme("http", "https")
        ),
        smtp_url=env.str("SMTP_URL", None, validate=_scheme("smtp", "smtps")),
        mail_from=env.str(
            "MAIL_FROM", f"Nibblix <no-reply@{base_domain}>", validate=_matches(_is_mail)
        ),
        base_domain=base_domain,
        breached_passwords=env.path("BREACHED_PASSWORDS", None, validate=_matches(Path.is_file)),
        stream_url=env.str("STREAM_URL", None, validate=_scheme("ws", "wss")),
        trusted_proxies=_proxies(env.str("TRUSTED_PROXIES", None, validate=_matches(_are_proxies))),
        security_contact=env.str(
            "SECURITY_CONTACT",
            None,
            validate=_matches(lambda it: it.isprintable() and it.startswith(CONTACTS)),
        ),
        terminal_url=env.str(
            "TERMINAL_URL",
            f"http://127.0.0.1:{_or_zero(port) + 2}",
            validate=_scheme("http", "https"),
        ),
        log_level=str(env.str("LOG_LEVEL", "INFO", validate=_matches(_is_level))).upper(),
    )
    problems = _problems(env)
    if external_database:
        problems += _lacking(SECRET_KEY=secret_key, ENCRYPTION_KEYS=encryption_keys)
    if problems:
        raise SettingsError(list(dict.fromkeys(problems)))
    return replace(
        settings,
        secret_key=secret_key or kept_secret(data_dir),
        encryption_keys=settings.encryption_keys or kept_encryption_keys(data_dir),
    )


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def sqlalchemy_url(url: str) -> str:
    """A libpq address as SQLAlchemy wants it, with the driver named."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def _problems(env: Env) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as error:
        return [SENTENCES[name] for name in SENTENCES if name in error.error_messages]
    return []


def _lacking(**given: object) -> list[str]:
    return [SENTENCES[name] for name, value in given.items() if not value]


def _matches(holds: Callable[[Any], bool]) -> Callable[[Any], None]:
    """A validator; the sentence for the person comes from SENTENCES."""

    def validate(value: Any) -> None:
        if not holds(value):
            raise ValidationError("invalid")

    return validate


def _scheme(*schemes: str) -> Callable[[Any], None]:
    return _matches(lambda url: url.partition("://")[0] in schemes and _is_address(url))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port is None or parts.port > 0
    except ValueError:  # urlsplit refuses a port that is no number
        return False


def _in_range(low: int, high: int) -> Callable[[Any], None]:
    return _matches(lambda value: low <= value <= high)


def _at_least(length: int) -> Callable[[Any], None]:
    return _matches(lambda value: len(value) >= length)


def _is_domain(value: str) -> bool:
    return not set(value) & set(":/ ")


def _are_proxies(said: str) -> bool:
    return _proxies(said) is not None


def _proxies(said: str | None) -> Proxies | None:
    """What was said, or None where nothing was, or nothing that can be understood."""
    try:
        return Proxies.of(said) if said else None
    except ValueError:
        return None


def _is_mail(value: str) -> bool:
    return "@" in value and value.isprintable()


def _are_keys(value: list[str]) -> bool:
    try:
        return bool([Fernet(key) for key in value])
    except ValueError:
        return False


def _is_level(value: str) -> bool:
    return value.upper() in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}


def _or_zero(port: int | None) -> int:
    return port or 0  # environs gives None for a value that it has refused
