"""Tests on real parts; see docs/architecture.md for what each folder proves."""

import pytest

# Before anything there is imported: a failed assert of the support code says what it compared.
pytest.register_assert_rewrite("tests.support")
