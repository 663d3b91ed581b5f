"""People at their browsers: real Chromium, and a note of everything that a page complains about."""

from __future__ import annotations

from contextlib import contextmanager

from core.people.demo import PASSWORD

FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none")
DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
BESIDE = """() => { const wide = document.documentElement.clientWidth, found = [];
  for (const e of document.querySelectorAll('body *')) { const r = e.getBoundingClientRect();
    if (r.width && (r.right > wide + 1 || r.left < -1) && getComputedStyle(e).position !== 'fixed')
      found.push(e.tagName + '.' + e.className); } return found.slice(0, 5) }"""


@contextmanager
def chromium(path):
    """A browser, and its end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Desk:
    """One person's browser window at a governorate. `faults` are what its pages complained about."""

    def __init__(self, browser, site, code="EG-KN", *, script=True, size=None, dark=False):
        self.site, self.code, self.faults, self.script = site, code, [], script
        self.password = PASSWORD
        self.context = browser.new_context(
            viewport=size or DESKTOP, java_script_enabled=script, color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )  # fmt: skip
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._see)

    def _hear(self, message):
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.faults.append(f"{self.page.url}: {message.type}: {message.text}")

    def _see(self, response):
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind != "document"):
            self.faults.append(f"{response.status} for {response.url}")

    def open(self, path):
        """Go to a page of the governorate; gives the status of the answer."""
        return self.page.goto(self.site.url(path, self.code)).status

    def sign_in(self, username):
        """Sign in by the form, as everybody does."""
        self.open("/login")
        self.fill(username=username, password=PASSWORD)
        self.send()
        assert self.page.url.endswith(f"/{self.code}/admin/"), f"{username} is at {self.page.url}"
        return self

    def fill(self, **values):
        """Enter values by the names of fields; a select takes the text of an option."""
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]").first
            if field.evaluate("e => e.tagName") == "SELECT":
                option = field.locator("option", has_text=value).first
                field.select_option(option.get_attribute("value"))
            else:
                field.fill(value)

    def send(self, *, wrong=False):
        """Press the button that sends the page's form; only where something is `wrong` may it be refused."""
        with self.page.expect_navigation():
            self.page.locator("main form[method=post] .btn-primary").first.click()
        refused = self.page.locator(".error-summary").all_inner_texts()
        assert bool(refused) is wrong, refused

    def step(self, action):
        """Follow the link of a step on a record's page."""
        with self.page.expect_navigation():
            self.page.locator(f"a[href*='/do/{action}']").first.click()

    def offers(self, action):
        """Whether the record's page offers a step."""
        return self.page.locator(f"a[href*='/do/{action}']").count() > 0

    def text(self):
        """What the page's main part says."""
        return self.page.locator("main").inner_text()

    def root(self, name):
        """An attribute of <html>."""
        return self.page.locator("html").get_attribute(name)

    def overflow(self):
        """What stands beside the window, if the page can be moved sideways."""
        wide, window = self.page.evaluate(WIDTHS)
        return self.page.evaluate(BESIDE) or ["something"] if wide > window else []

    def close(self):
        """Close the window."""
        self.context.close()
