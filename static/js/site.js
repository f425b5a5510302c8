// Everything works without this file. It adds what HTML cannot say yet: where focus goes after a
// swap, what is announced, the keys of the search list, dialogs where commands are missing.

const on = (type, listener, target = document) => target.addEventListener(type, listener);
const hook = (event, name) => event.target.closest?.(`[data-js~="${name}"]`);
const byId = (id) => document.getElementById(id);

// --- Requests: htmx starts when the page is there, and this file runs before
Object.assign(window.htmx?.config ?? {}, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  timeout: 15000,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "(409|422)", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});

// --- Focus and announcements after a swap
function settle() {
  const focus = document.querySelector("[data-focus]");
  focus?.removeAttribute("data-focus");
  focus?.focus();
  const news = document.querySelector("[data-announce]");
  if (news) {
    byId("live").textContent = news.dataset.announce;
    news.removeAttribute("data-announce");
  }
  const filled = document.querySelector("dialog:not([open]) [data-opens]");
  if (filled) show(filled.closest("dialog"), document.activeElement);
  document.querySelectorAll("[data-opens]").forEach((each) => each.removeAttribute("data-opens"));
  document.querySelectorAll('[data-js~="toast"]').forEach(startToast);
  document.querySelectorAll('[data-js~="copy"]').forEach(offerCopy);
  fillHearts();
}

on("htmx:afterSettle", settle);

// A change of filters leaves groups open or shut as they were, and the focus on its control, or on
// the count if that is gone. Products that came above the window are scrolled to.
let left = { focus: "", groups: [] };

on("htmx:beforeSwap", ({ target }) => {
  if (target.id !== "results") return;
  const groups = [...target.querySelectorAll("details[id]")].map(({ id, open }) => ({ id, open }));
  left = { focus: document.activeElement.id, groups };
});

on("htmx:afterSettle", ({ target }) => {
  if (target.id !== "results") return;
  for (const { id, open } of left.groups) byId(id)?.toggleAttribute("open", open);
  if (document.activeElement === document.body) {
    const rest = byId(left.focus) ?? target.querySelector("[data-rest]");
    rest.focus({ preventScroll: true });
  }
  if (target.getBoundingClientRect().top < 0) target.scrollIntoView();
});

// "Show all" goes with the filters that it takes away; the first review is what it brought.
on("htmx:afterSettle", ({ target }) => {
  if (target.id !== "reviews" || document.activeElement !== document.body) return;
  const first = target.querySelector("#review-list > li");
  first?.setAttribute("tabindex", "-1");
  first?.focus();
});

// --- Hearts: pages are shared, so what is on the wishlist stands with its count
function fillHearts() {
  const wishes = byId("wishlist-count")?.dataset.wishes ?? "";
  for (const heart of document.querySelectorAll('[data-js~="heart"]')) {
    const kept = wishes.includes(heart.value.slice(-12));
    heart.setAttribute("aria-pressed", String(kept));
    heart.name = kept ? "remove" : "add";
  }
}

// --- The thread line, and a plain word when a request failed
let waiting = 0;

function wait(change) {
  waiting = Math.max(0, waiting + change);
  const line = document.querySelector('[data-js="loading"]');
  if (line) {
    line.dataset.state = waiting ? "busy" : "idle";
    line.hidden = !waiting;
  }
}

on("htmx:beforeRequest", (event) => {
  wait(1);
  event.detail.target?.setAttribute("aria-busy", "true");
});

on("htmx:afterRequest", (event) => {
  wait(-1);
  event.detail.target?.removeAttribute("aria-busy");
});

function failed(event) {
  const { target, pathInfo } = event.detail;
  if (!target || target.previousElementSibling?.matches('[data-js="failed"]')) return;
  const alert = byId("request-failed").content.firstElementChild.cloneNode(true);
  alert.querySelector("a").href = pathInfo?.requestPath || location.href;
  target.before(alert);
}

on("htmx:sendError", failed);
on("htmx:timeout", failed);
on("htmx:responseError", failed);

// --- Dialogs: links open them, commands are native where known
const opener = new WeakMap();

function show(dialog, trigger) {
  if (!dialog?.showModal || dialog.open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  opener.set(dialog, trigger);
  dialog.showModal();
}

on("click", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  const link = event.target.closest?.("a[data-dialog]");
  const dialog = link && byId(link.dataset.dialog);
  if (plain && dialog?.showModal) {
    event.preventDefault();
    show(dialog, link);
  }
  const button = event.target.closest?.("button[commandfor]");
  if (button && !("commandForElement" in button)) {
    const subject = byId(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") show(subject, button);
    else subject?.close();
  }
  // The backdrop belongs to the dialog itself: a click on it hits no child.
  if (event.target.nodeName === "DIALOG" && !("closedBy" in event.target)) event.target.close();
});

document.addEventListener("close", (event) => opener.get(event.target)?.focus(), true);

document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (!target.matches("[popover]")) return;
    const button = document.querySelector(`[popovertarget="${target.id}"]`);
    button?.setAttribute("aria-expanded", String(newState === "open"));
  },
  true,
);

// --- Toasts: eight seconds, paused by attention; one with an action waits for its reader
function startToast(toast) {
  if (toast.dataset.state) return;
  toast.dataset.state = "shown";
  if (toast.querySelector("a, form, [data-action]")) return;
  let timer;
  const leave = () => {
    toast.dataset.state = "leaving";
    setTimeout(() => toast.remove(), 200);
  };
  const start = () => (timer = setTimeout(leave, 8000));
  const stop = () => clearTimeout(timer);
  for (const type of ["pointerenter", "focusin"]) on(type, stop, toast);
  for (const type of ["pointerleave", "focusout"]) on(type, start, toast);
  start();
}

on("click", (event) => hook(event, "dismiss")?.closest('[data-js~="toast"]').remove());

// --- Search suggestions: the keys of a combobox
function options(input) {
  return [...(byId(input.getAttribute("aria-controls"))?.querySelectorAll('[role="option"]') ?? [])];
}

function select(input, option) {
  for (const each of options(input)) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function closeList(input) {
  byId(input.getAttribute("aria-controls"))?.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  select(input, null);
}

on("keydown", (event) => {
  const input = hook(event, "combobox");
  if (!input || event.isComposing) return;
  const list = options(input);
  const at = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!list.length) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    select(input, list[(Math.max(at, step < 0 ? 0 : -1) + step + list.length) % list.length]);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    list[at].click();
  } else if (event.key === "Escape" && (input.value || list.length)) {
    event.preventDefault();
    input.value = "";
    closeList(input);
  } else if (event.key === "Tab") closeList(input);
});

on("htmx:afterSettle", () => {
  for (const input of document.querySelectorAll('[data-js~="combobox"]')) {
    input.setAttribute("aria-expanded", String(options(input).length > 0));
    input.removeAttribute("aria-activedescendant");
  }
});

on("click", (event) => {
  for (const input of document.querySelectorAll('[data-js~="combobox"]')) {
    if (!input.closest("form").contains(event.target)) closeList(input);
  }
});

// --- A field that was wrong is judged anew when it is left: what HTML can tell is told at once
on("focusout", ({ target }) => {
  if (target.matches?.("[aria-invalid=true]") && target.value && target.validity?.valid) {
    target.removeAttribute("aria-invalid");
    // It keeps its room: a button that is being pressed must not move.
    byId(`${target.id}_error`)?.setAttribute("data-state", "mended");
  }
});

// --- Show or hide a password
on("click", (event) => {
  const button = hook(event, "reveal");
  if (!button) return;
  const input = byId(button.getAttribute("aria-controls"));
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});

// --- The buy bar stands in for a main button that scrolled away
// (what is still below the window counts as seen, so that a jump to the top is noticed).
const watch = new IntersectionObserver(
  (entries) => {
    const bar = document.querySelector('[data-js="buy-bar"]');
    if (bar) bar.dataset.state = entries.at(-1).isIntersecting ? "hidden" : "shown";
  },
  { rootMargin: "0px 0px 100000px 0px" },
);

// --- Product pages and cards: what a swap brought
function settleProduct() {
  watch.disconnect();
  const main = document.querySelector('[data-js="buy-button"]');
  if (main) watch.observe(main);
  const known = document.querySelector('[data-js="your-size"]')?.dataset.size;
  const chips = [...document.querySelectorAll('[data-js="size"]')];
  const usual = chips.find((chip) => chip.value === known && !chip.matches("[data-sold-out]"));
  if (usual && !chips.some((chip) => chip.checked)) usual.checked = true;
  for (const mark of document.querySelectorAll("[data-leads]")) {
    const card = mark.closest("article");
    card.querySelector(".c-product-card__link").href = mark.dataset.leads;
    const color = new URL(mark.dataset.leads, location).searchParams.get("color");
    for (const swatch of card.querySelectorAll(".c-swatches__item")) {
      const chosen = new URL(swatch.href).searchParams.get("color") === color;
      swatch.toggleAttribute("aria-current", chosen);
      if (chosen) swatch.setAttribute("aria-current", "true");
    }
    mark.remove();
  }
}

on("htmx:afterSettle", settleProduct);

// --- What data-later-… says becomes hx-… when somebody comes near, a card as a whole: to wire all
// of a page at once takes too long. Listeners added on the way down still hear what brought them.
const LATER = "[data-later-get], [data-later-post]";

function wire({ target }) {
  const card = target.closest?.("article")?.querySelectorAll(LATER) ?? [];
  const own = target.closest?.(LATER);
  for (const part of own ? [...card, own] : card) {
    for (const { name, value } of [...part.attributes]) {
      if (!name.startsWith("data-later-")) continue;
      part.setAttribute(name.replace("data-later", "hx"), value);
      part.removeAttribute(name);
    }
    htmx.process(part);
  }
}

for (const type of ["pointerover", "focus", "click"]) document.addEventListener(type, wire, true);

// --- Views of the gallery come sideways; the page stays where it is
on("click", (event) => {
  const link = event.target.closest?.('a[data-js="view"]');
  const view = link && byId(link.hash.slice(1));
  if (!view) return;
  event.preventDefault();
  view.scrollIntoView({ block: "nearest", inline: "start" });
});

on("keydown", ({ key, target }) => {
  const bar = document.querySelector('dialog[open] [data-js="zoom"]');
  if (!bar || target.closest(".p-zoom")) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[key];
  if (way) bar.querySelector(`a[rel=${way}]`)?.click();
});

// --- Copying what another element says, such as an IBAN
function offerCopy(button) {
  button.hidden = !navigator.clipboard;
}

on("click", async (event) => {
  const button = hook(event, "copy");
  if (!button) return;
  const { copies, copied } = button.dataset;
  await navigator.clipboard.writeText(byId(copies).textContent.replace(/\s/g, ""));
  byId("live").textContent = copied;
});

// --- Passkeys: the form carries the options as JSON, and takes the credential back as JSON
async function passkey(form) {
  const { optionsFrom, act } = form.dataset;
  const { publicKey } = JSON.parse(byId(optionsFrom).textContent);
  const credential =
    act === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        });
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

on("submit", (event) => {
  const form = hook(event, "passkey");
  if (!form || !window.PublicKeyCredential || form.elements.credential.value) return;
  event.preventDefault();
  passkey(form).catch(() => byId(form.dataset.failed)?.removeAttribute("hidden"));
});

settle();
settleProduct();
wire({ target: document.activeElement });
