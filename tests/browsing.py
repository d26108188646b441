"""A browser for the tests of pages, which fails a test whose page complains, alerts or reaches outside."""

import shutil

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(_BROWSERS)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser, site):
    """Return an opener of pages, which fails afterwards if any complained, alerted or reached outside."""
    troubles = []
    contexts = []

    def open_page(page, width=1280, theme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: troubles.append(message.text) if message.type != "log" else None)
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("dialog", lambda dialog: (troubles.append(f"dialog {dialog.message}"), dialog.dismiss()))
        inside = (site.as_uri() + "/", f"blob:{site.as_uri()[:7]}", "blob:null", "data:")
        tab.on("request", lambda request: troubles.append(request.url) if not request.url.startswith(inside) else None)
        tab.on("requestfailed", lambda request: troubles.append(f"failed {request.url}"))
        tab.goto(f"{site.as_uri()}/{page}")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def ready(tab):
    tab.wait_for_selector("html[data-ready]")
    return tab


def has_models(tab, names, dataset="digits"):
    """Wait until a table's models are these, in this order."""
    from playwright.sync_api import expect

    expect(tab.locator(f"section[data-dataset={dataset}] tbody th a")).to_have_text(names)


def page_of(site, folder, start):
    (path,) = (site / folder).glob(f"{start}*.html")
    return f"{folder}/{path.name}"
