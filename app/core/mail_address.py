"""The one form of an e-mail address in which it is kept, looked up, counted and mailed to."""

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# A house may have mail of its own, at bar.local.
SPECIAL_USE_DOMAIN_NAMES.remove("local")


def normal(typed: str) -> str:
    """The address that somebody typed, in small letters; raises ValueError where it is none.

    Two programs fold letters of other alphabets differently, so that one address would be counted
    as many: before the @ none but ASCII is taken; a domain is as IDNA 2008 has it. Nobody is asked
    whether the address exists.
    """
    try:
        found = validate_email(typed.strip(), allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError("no e-mail address") from error
    return found.normalized.lower()
