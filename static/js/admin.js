// Small comforts of the back office, attached by data-js. Every page works without them.

const all = (name) => document.querySelectorAll(`[data-js~="${name}"]`);

// Sections of a long form: one at a time, by the address; the first broken one opens.
for (const nav of all("tabs")) {
  const links = [...nav.querySelectorAll('a[href^="#"]')];
  const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
  const show = (hash) => {
    const at = Math.max(0, links.findIndex((link) => link.hash === hash));
    sections.forEach((section, index) => (section.hidden = index !== at));
    links.forEach((link, index) =>
      index === at ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current"),
    );
    // A redirect keeps the part of the address after "#": who saves and goes on stays here.
    nav.closest("form")?.setAttribute("action", links[at]?.hash ?? "");
  };
  const broken = document.querySelector("[data-broken]")?.dataset.broken;
  show(broken ? `#${broken}` : location.hash);
  nav.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    show(link.hash);
  });
  window.addEventListener("hashchange", () => show(location.hash));
}

// Says that something is not saved yet, and asks before the page is left.
for (const sign of all("unsaved")) {
  const form = sign.closest("form");
  let isDirty = false;
  form.addEventListener("input", () => {
    isDirty = true;
    sign.textContent = sign.dataset.unsaved;
  });
  form.addEventListener("submit", () => (isDirty = false));
  window.addEventListener("beforeunload", (event) => isDirty && event.preventDefault());
}

// The form of a bulk edit shows only the fields that the chosen kind needs.
const NEEDS = {
  STATUS: ["status"],
  PRICE_SET: ["price", "ending"],
  PRICE_BY: ["amount", "ending"],
  PRICE_PERCENT: ["percent", "ending"],
  CATEGORY_ADD: ["category"],
  CATEGORY_REMOVE: ["category"],
  CATEGORY_PRIMARY: ["category"],
  TAGS_ADD: ["tags"],
  TAGS_REMOVE: ["tags"],
  COLLECTION_ADD: ["collection"],
  COLLECTION_REMOVE: ["collection"],
};
for (const part of all("one-field")) {
  const kind = part.querySelector('[name="kind"]');
  const show = () => {
    for (const row of part.querySelectorAll(".form-row")) {
      const control = row.querySelector("[name]");
      row.hidden = control !== kind && !(NEEDS[kind.value] ?? []).includes(control.name);
    }
  };
  kind.addEventListener("change", show);
  show();
}

// Django heads the hidden cell of its tables with nothing.
for (const head of document.querySelectorAll("th.original:empty")) {
  head.replaceWith(document.createElement("td"));
}

// Asks again how far a job is.
for (const _part of all("reload")) setTimeout(() => location.reload(), 3000);

// "/" goes to the quick search, never out of a field, and one box turns it off.
const search = document.getElementById("quick-search");
const slash = document.querySelector('[data-js="slash"]');
const SLASH_COOKIE = "slash_key";
const isOn = () => !document.cookie.split("; ").includes(`${SLASH_COOKIE}=off`);
if (slash) {
  slash.checked = isOn();
  slash.addEventListener("change", () => {
    const value = slash.checked ? "on" : "off";
    document.cookie = `${SLASH_COOKIE}=${value}; path=/admin/; max-age=31536000; samesite=lax`;
  });
}
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, textarea, select, [contenteditable]");
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  if (event.key !== "/" || modified || isTyping || !search || !isOn()) return;
  event.preventDefault();
  search.focus();
});
