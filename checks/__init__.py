"""Rules of security that no linter knows; `python -m checks` applies them to the project."""
