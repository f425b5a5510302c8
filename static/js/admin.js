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

// Rows in an order: two buttons move a row that is there, and the numbers follow.
for (const part of all("ordered")) {
  const rows = () => [...part.querySelectorAll("tr.has_original")];
  const placeOf = (row) => row.querySelector('input[name$="-position"]');
  const name = (row, index) => {
    for (const button of row.querySelectorAll("[data-move]")) {
      button.setAttribute("aria-label", `${part.dataset[button.dataset.move]}, ${index + 1}`);
    }
  };
  for (const [index, row] of rows().entries()) {
    if (!placeOf(row)) break;
    for (const [way, sign] of [["down", "↓"], ["up", "↑"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "a-button a-move";
      button.dataset.move = way;
      button.textContent = sign;
      placeOf(row).after(button);
    }
    name(row, index);
  }
  part.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("tr");
    const known = rows();
    const other = known[known.indexOf(row) + (button.dataset.move === "up" ? -1 : 1)];
    if (!other) return;
    button.dataset.move === "up" ? other.before(row) : other.after(row);
    rows().forEach((one, index) => {
      placeOf(one).value = index;
      name(one, index);
    });
    button.focus();
    placeOf(row).dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Of a long grid only the rows that someone touched are sent.
for (const grid of all("touched-rows")) {
  const inputs = (row) => [...row.querySelectorAll("input")];
  const isTouched = (row) =>
    "touched" in row.dataset ||
    inputs(row).some(
      (input) => input.checked !== input.defaultChecked || input.value !== input.defaultValue,
    );
  grid.closest("form").addEventListener("submit", () => {
    const idle = [...grid.querySelectorAll("tbody tr")].filter((row) => !isTouched(row));
    const able = (is) => idle.forEach((row) => inputs(row).forEach((input) => (input.disabled = !is)));
    able(false);
    setTimeout(() => able(true));
  });
}

// Two buttons before a long list of boxes tick all of them, or none.
for (const part of all("tick-all")) {
  const boxes = [...part.querySelectorAll("input[type=checkbox]")];
  const buttons = [[part.dataset.all, true], [part.dataset.none, false]].map(([label, is]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "a-button";
    button.textContent = label;
    button.addEventListener("click", () => boxes.forEach((box) => (box.checked = is)));
    return button;
  });
  const row = document.createElement("p");
  row.className = "a-ticks";
  row.append(...buttons);
  boxes[0]?.closest(".form-row").prepend(row);
}

// Select2 leaves what it shows, and where one types, without a name: both get that of the field.
const nameChoosers = () => {
  const parts = [".select2-selection__rendered[role=textbox]", ".select2-search__field"];
  const unnamed = parts.map((part) => `.select2 ${part}:not([aria-label])`).join();
  for (const text of document.querySelectorAll(unnamed)) {
    const select = text.closest(".select2").previousElementSibling;
    text.setAttribute("aria-label", select.ariaLabel ?? select.labels[0]?.textContent.trim() ?? "");
  }
};
if (document.querySelector("select.admin-autocomplete")) {
  // Select2 comes when it likes, and again with each new row.
  nameChoosers();
  new MutationObserver(nameChoosers).observe(document.body, { childList: true, subtree: true });
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

// What goes back, added up while units and amounts are typed; the server reckons it again.
for (const part of all("refund")) {
  const form = part.querySelector("form");
  const money = new Intl.NumberFormat(document.documentElement.lang || "en", {
    style: "currency",
    currency: part.dataset.currency,
  });
  const unit = 10 ** money.resolvedOptions().maximumFractionDigits;
  const sum = document.createElement("output");
  sum.className = "a-lead";
  const reckon = () => {
    let amount = 0;
    for (const field of form.querySelectorAll("[data-amounts]")) {
      amount += Number(field.dataset.amounts.split(" ")[field.valueAsNumber || 0] ?? 0);
    }
    for (const name of ["shipping", "extra"]) {
      const typed = form.elements[name]?.value.trim().replace(",", ".") || "0";
      amount += Math.round(Number(typed) * unit) || 0;
    }
    sum.textContent = `${part.dataset.total} ${money.format(amount / unit)}`;
  };
  form.querySelector(".submit-row").before(sum);
  form.addEventListener("input", reckon);
  reckon();
}
