"""Fragments rendered where no browser asked: by the relay and the socket process.

They use the pages' own templates, in a request context of the location, and hold nothing
that depends on who looks.
"""

from typing import Any

from flask import current_app, g, render_template


def render(tenant: Any, location: Any, template: str, **context: Any) -> str:
    """Render a fragment of a location in its locale, with addresses as its pages have them.

    `tenant` and `location` are the views that staff pages find in `g`.
    """
    flask_app = current_app
    with flask_app.test_request_context(f"/t/{tenant.slug}/{location.slug}/"):
        g.tenant, g.location = tenant, location
        return render_template(template, **context)
