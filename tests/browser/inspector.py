"""What axe finds on a page, in the light and in the dark, and how far it sticks out."""

from axe_playwright_python.base import AXE_SCRIPT

WIDTHS = (320, 375, 768, 1024, 1440)
#: Only findings are asked for, which halves the work. The one rule that reads whole style sheets,
#: about pages that stay upright on a turned phone, is kept by tests/test_stylesheets.py.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
#: Nothing else of a page depends on the scheme.
COLORS = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: What is fine would be most of the answer.
FIND = "rules => axe.run(document, rules).then((found) => found.violations)"
#: What is laid out only when somebody comes near would hide how far it sticks out.
SHOW_WHAT_IS_FAR = """document.querySelectorAll(".u-later").forEach((far) =>
  far.classList.remove("u-later"))"""
#: Colors change at once meanwhile: with reduced motion all of them would take a frame, and what
#: inherits a color would set out when the one above it has arrived.
HOLD_STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after, ::backdrop { transition: none !important }");
  document.adoptedStyleSheets.push(still);
}"""
#: What it looks like now stands before anything may move again.
LET_GO = """() => {
  void document.documentElement.scrollWidth;
  document.adoptedStyleSheets.pop();
}"""


class Inspector:
    """Collects what axe finds, and how far pages stick out, over a walk through the shop."""

    def __init__(self):
        self.findings = []

    def look(self, page, *, widths=WIDTHS, dark_width=None):
        """Look at what ``page`` shows now.

        In the dark at the colors alone, or at everything once more at ``dark_width``.
        """
        # Words stand there before the style sheets have come.
        page.wait_for_load_state("load")
        page.evaluate(SHOW_WHAT_IS_FAR)
        page.evaluate(AXE_SCRIPT)
        page.evaluate(HOLD_STILL)
        self._take(page, "light", page.evaluate(FIND, RULES))
        size = page.viewport_size
        page.emulate_media(color_scheme="dark")
        if dark_width:
            page.set_viewport_size(size | {"width": dark_width})
        rules = RULES if dark_width else COLORS
        self._take(page, "dark", page.evaluate(FIND, rules))
        page.emulate_media(color_scheme="light")
        page.evaluate(LET_GO)
        for width in widths:
            page.set_viewport_size(size | {"width": width})
            wide = page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.documentElement)")
            if wide > 0:
                self.findings.append(f"{page.url} is {wide}px too wide at {width}")
        page.set_viewport_size(size)

    def _take(self, page, scheme, violations):
        for violation in violations:
            for node in violation["nodes"]:
                found = f"{violation['id']}: {node['html'][:160]}"
                self.findings.append(f"{page.url} in the {scheme}: {found}")
