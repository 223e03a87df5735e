"""What must hold for every HTML answer, whoever asked and whatever it shows."""

import warnings
from collections import Counter
from urllib.parse import urljoin, urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

VERBS = {"hx-get": "GET", "hx-post": "POST", "hx-put": "PUT", "hx-patch": "PATCH"}
SOURCES = {"img": "src", "script": "src", "link": "href", "source": "src"}
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
# A row parses only inside its table.
CONTAINERS = {"tr": "tbody", "td": "tr", "th": "tr", "tbody": "table", "option": "select"}


class PageError(AssertionError):
    """An answer whose HTML breaks a rule; the message names each breach."""


def parsed(text: str, *, is_page: bool) -> BeautifulSoup:
    """The answer as a tree; PageError where the HTML itself is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser = html5lib.HTMLParser(strict=True)
        try:
            if is_page:
                parser.parse(text)
            else:
                parser.parseFragment(text, container=_container(text))
        except html5lib.html5parser.ParseError as error:
            raise PageError(f"not HTML: {error}\n{text[:2000]}") from error
        return BeautifulSoup(text, "html5lib" if is_page else "html.parser")


def check(app: Flask, response: TestResponse) -> BeautifulSoup:
    """Parse an HTML answer and raise PageError unless every rule holds."""
    text = response.get_data(as_text=True)
    is_page = text.lstrip().lower().startswith("<!doctype")
    soup = parsed(text, is_page=is_page)
    breaches = [
        *_headers(response),
        *(_document(soup) if is_page else ()),
        *_ids(soup),
        *_names(soup),
        *_inline(soup),
        *_csrf(soup),
        *_addresses(app, response.request.path, soup),
    ]
    if breaches:
        raise PageError(f"{response.request.path}: " + "; ".join(breaches))
    return soup


def _container(text: str) -> str:
    first = BeautifulSoup(text, "html.parser").find(name=True)
    return CONTAINERS.get(first.name, "div") if isinstance(first, Tag) else "div"


def _headers(response: TestResponse) -> list[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    wrong = [] if "default-src 'none'" in policy else ["no Content-Security-Policy"]
    return wrong + (["a policy with unsafe-…"] if "unsafe" in policy else [])


def _document(soup: BeautifulSoup) -> list[str]:
    title = soup.title.get_text(strip=True) if soup.title else ""
    html = soup.html
    found = [] if title else ["no title"]
    if html is None or not html.get("lang"):
        found.append("no language")
    if len(soup.find_all("main")) != 1:
        found.append(f"{len(soup.find_all('main'))} main elements")
    return found


def _ids(soup: BeautifulSoup) -> list[str]:
    counted = Counter(str(tag["id"]) for tag in soup.find_all(id=True))
    return [f"id {id_} stands {count} times" for id_, count in counted.items() if count > 1]


def _names(soup: BeautifulSoup) -> list[str]:
    """Everything that takes input or is pressed says what it is."""
    fields = [
        tag
        for tag in soup.find_all(["input", "select", "textarea"])
        if tag.get("type", "text") not in UNLABELLED
    ]
    nameless = [tag for tag in fields if not _is_labelled(soup, tag)]
    nameless += [tag for tag in soup.find_all(["button", "a"]) if not _says_something(soup, tag)]
    return [f"no name for {str(tag)[:120]}" for tag in nameless]


def _is_labelled(soup: BeautifulSoup, tag: Tag) -> bool:
    if tag.get("aria-label") or _is_described(soup, tag) or tag.find_parent("label"):
        return True
    return bool(tag.get("id")) and soup.find("label", attrs={"for": tag["id"]}) is not None


def _says_something(soup: BeautifulSoup, tag: Tag) -> bool:
    return bool(tag.get("aria-label") or _is_described(soup, tag) or tag.get_text(strip=True))


def _is_described(soup: BeautifulSoup, tag: Tag) -> bool:
    ids = str(tag.get("aria-labelledby", "")).split()
    return bool(ids) and all(soup.find(id=id_) for id_ in ids)


def _inline(soup: BeautifulSoup) -> list[str]:
    """The Content-Security-Policy refuses what stands in the page itself."""
    scripts = [tag for tag in soup.find_all("script") if not tag.get("src")]
    inline = [tag for tag in scripts if tag.get("type") != "application/json"]
    return [f"inline {str(tag)[:80]}" for tag in [*soup.find_all("style"), *inline]] + [
        f"{name} on {str(tag)[:80]}"
        for tag in soup.find_all(name=True)
        for name in tag.attrs
        if name == "style" or name.startswith(("on", "hx-on"))
    ]


def _csrf(soup: BeautifulSoup) -> list[str]:
    """A form that htmx sends gets its token from the page; fragments for everybody hold none."""
    return [
        f"no token in {str(form)[:120]}"
        for form in soup.find_all("form")
        if str(form.get("method", "get")).lower() == "post"
        and not form.get("hx-post")
        and form.find("input", attrs={"name": "csrf_token"}) is None
    ]


def _addresses(app: Flask, path: str, soup: BeautifulSoup) -> list[str]:
    """Every address in the answer leads to a route that takes its method."""
    wanted = [
        *((str(tag["href"]), "GET") for tag in soup.select('a[href]:not([href^="#"])')),
        *((str(form.get("action") or path), _method(form)) for form in soup.find_all("form")),
        *(
            (str(tag[attribute]), "GET")
            for name, attribute in SOURCES.items()
            for tag in soup.find_all(name)
            if tag.get(attribute)
        ),
        *(
            (str(tag[attribute]) or path, method)
            for attribute, method in VERBS.items()
            for tag in soup.select(f"[{attribute}]")
        ),
    ]
    return [
        f"{method} {address} leads nowhere"
        for address, method in wanted
        if not _leads_somewhere(app, urljoin(path, address), method)
    ]


def _method(form: Tag) -> str:
    return str(form.get("method", "get")).upper()


def _leads_somewhere(app: Flask, address: str, method: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in {"data", "mailto", "tel"}:
        return True
    if parts.scheme or parts.netloc:
        return False  # pages load nothing from, and lead nobody to, another site
    try:
        app.url_map.bind("localhost").match(parts.path, method)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
