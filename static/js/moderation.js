// Keys of the moderation page: each presses, or with data-focuses goes to, the control that names
// it in data-key. Never inside a field, never with Ctrl, Alt or Meta, and one box turns them off.

const MEMORY = "moderation-keys";
const box = document.querySelector('[data-js="shortcuts"]');
const isField = (element) => element?.matches("input:not([type=checkbox]), textarea, select");

if (box) {
  box.checked = localStorage.getItem(MEMORY) !== "off";
  box.addEventListener("change", () => localStorage.setItem(MEMORY, box.checked ? "on" : "off"));
}

document.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  if (modified || event.repeat || !box?.checked || isField(event.target)) return;
  const control = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key~="${event.key}"]`);
  if (!control) return;
  event.preventDefault();
  if ("focuses" in control.dataset) control.focus();
  else control.click();
});
