"""Wrong tries: kept in the database, counted by subject, and waited for.

Tries for one subject stand in line, so that a hundred at once are a hundred
in a row; wrong ones are committed before the caller is told.
"""

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select

from app.core import clock
from app.core.db import execute
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.core.turns import take_turn
from app.identity.domain import REMEMBERED, wait_until
from app.identity.errors import TooManyTries
from app.identity.models import SignInFailure


def subject_of(*parts: str) -> str:
    """What tries are counted by, hashed: people type passwords into the e-mail's field."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stand_in_line(subject: str) -> None:
    """Wait for other tries of the subject, and raise TooManyTries where there were many."""
    take_turn(subject)
    require_no_wait(subject)


def require_no_wait(subject: str) -> None:
    """Raise TooManyTries where the subject's wrong tries still cost a wait."""
    failures = execute(
        select(SignInFailure.at).where(
            SignInFailure.tenant_id == current_tenant_id(),
            SignInFailure.subject == subject,
            SignInFailure.at > clock.now() - REMEMBERED,
        )
    ).scalars()
    require_waited(list(failures))


def require_waited(failures: Sequence[datetime]) -> None:
    """Raise TooManyTries where wrong tries at these times, all remembered, still cost a wait."""
    now, until = clock.now(), wait_until(failures)
    if until is not None and until > now:
        raise TooManyTries(math.ceil((until - now).total_seconds()))


def note_failure(subject: str, *, device_id: UUID | None = None) -> None:
    """Keep a wrong try of the subject, at a tablet or anywhere."""
    execute(
        insert(SignInFailure).values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            subject=subject,
            at=clock.now(),
            device_id=device_id,
        )
    )


def forget_failures_at(device_id: UUID) -> None:
    """Forget all wrong tries at a tablet: a manager has freed it, or paired it anew."""
    execute(
        delete(SignInFailure).where(
            SignInFailure.tenant_id == current_tenant_id(), SignInFailure.device_id == device_id
        )
    )


def forget_failures(subject: str) -> None:
    """Forget the subject's wrong tries: a right one has come."""
    execute(
        delete(SignInFailure).where(
            SignInFailure.tenant_id == current_tenant_id(), SignInFailure.subject == subject
        )
    )
