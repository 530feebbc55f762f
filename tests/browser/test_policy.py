"""The security policy in a real browser: neither the public site nor the admin needs what it forbids."""

import re
from urllib.parse import urldefrag, urljoin

import pytest
from playwright.sync_api import Error, expect

WATCH = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
#: What no link leads to, but staff open every day.
STARTS = [
    "/admin/",
    "/admin/account/",
    "/admin/images/add/",
    "/admin/documents/multiple/add/",
    "/admin/reports/site-history/",
    "/admin/reports/aging-pages/",
    "/admin/settings/firm/firmsettings/",
]
#: Screens alike are opened once for each kind of account.
MOST = {"owner": 70, "editor": 20, "intake_manager": 20}


def kind(address: str) -> str:
    """Return what addresses of one screen have in common."""
    return re.sub(r"\d+", "N", address.split("?")[0])


@pytest.mark.parametrize("username", MOST)
def test_no_screen_of_staff_needs_what_the_policy_forbids(staff, site, username):
    page = staff(username)
    page.add_init_script(WATCH)
    todo, seen, broken = [site + path for path in STARTS], set(), {}
    while todo and len(seen) < MOST[username]:
        address = todo.pop(0)
        if kind(address) in seen:
            continue
        seen.add(kind(address))
        try:
            answer = page.goto(address, wait_until="load")
        except Error as error:
            if "Download" not in error.message:
                raise
            continue
        if answer.status in {403, 404} or "html" not in answer.headers.get("content-type", ""):
            continue
        assert "'unsafe-inline'" not in re.search(r"script-src [^;]*", answer.headers["content-security-policy"])[0]
        if violations := page.evaluate("window.violations"):
            broken[address] = violations
        for href in page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
            target = urldefrag(urljoin(address, href)).url
            if target.startswith(f"{site}/admin/") and not re.search(r"logout|export=|\.ics|/login", target):
                todo.append(target)
    assert broken == {}
    assert len(seen) > 10
    assert page.foreign == []


@pytest.mark.parametrize("path", ["/", "/free-consultation/", "/blog/", "/attorneys/", "/search/?q=bail", "/contact/"])
def test_no_public_page_needs_what_the_policy_forbids(open_page, site, path):
    page = open_page("/healthz")
    page.add_init_script(WATCH)
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.violations") == []
    assert page.foreign == []


def test_text_does_not_become_markup_on_the_public_site(open_page):
    page = open_page("/")
    assert page.evaluate(
        "() => { try { document.body.innerHTML = '<b>a</b>' } catch (error) { return error.name } }"
    ) == ("TypeError")


def test_widgets_start_without_inline_scripts(staff, site):
    """A date field, choosers, a panel with rows, the text editor and a stream, on forms that have them."""
    page = staff("owner")
    page.add_init_script(WATCH)
    page.goto(f"{site}/admin/settings/firm/firmsettings/")
    add = page.locator("[id$='-ADD']").first
    tab = add.evaluate("button => button.closest('[role=tabpanel]').id")
    page.locator(f"a[role=tab][href='#{tab}']").click()
    prefix = add.get_attribute("id").removesuffix("-ADD")
    before = int(page.input_value(f"#{prefix}-TOTAL_FORMS"))
    add.click()
    expect(page.locator(f"#{prefix}-TOTAL_FORMS")).to_have_value(str(before + 1))
    page.goto(f"{site}/admin/pages/")
    page.goto(page.eval_on_selector("a[href*='/edit/']", "link => link.href"))
    expect(
        page.locator(".DraftEditor-root, [data-streamfield-stream-container], [data-contentpath]").first
    ).to_be_attached()
    page.goto(f"{site}/admin/consultations/parties/")
    assert page.evaluate("window.violations") == []


def test_an_injected_script_does_not_run_on_the_staffs_side(staff):
    page = staff("owner")
    page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.injected = true'>");
          const image = document.body.lastElementChild;
          await new Promise((resolve) => image.addEventListener("error", resolve));
        }"""
    )
    assert page.evaluate("window.injected") is None
