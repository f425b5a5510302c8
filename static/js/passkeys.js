// Passkeys: asks the browser to make one or to use one, and sends the form with its answer.

const forms = document.querySelectorAll('[data-js="passkey"]');
const isKnown = "PublicKeyCredential" in window;

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const withBytes = (list) => list?.map((each) => ({ ...each, id: toBytes(each.id) }));

// What waits in the list of the e-mail field ends when a button asks for a passkey.
let waiting;

async function fetchOptions(form) {
  const token = form.elements.csrfmiddlewaretoken.value;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token });
  const answer = await fetch(form.dataset.challenge, { method: "POST", body });
  if (!answer.ok) throw new Error(answer.statusText);
  const { publicKey } = await answer.json();
  publicKey.challenge = toBytes(publicKey.challenge);
  publicKey.allowCredentials = withBytes(publicKey.allowCredentials);
  publicKey.excludeCredentials = withBytes(publicKey.excludeCredentials);
  if (publicKey.user) publicKey.user.id = toBytes(publicKey.user.id);
  return publicKey;
}

// One after the other: the shop takes an answer only to the challenge that it gave last.
let challenged = Promise.resolve();

function options(form) {
  const next = challenged.then(() => fetchOptions(form));
  challenged = next.catch(() => {});
  return next;
}

async function ask(form, mediation) {
  waiting?.abort();
  const current = (waiting = new AbortController());
  const publicKey = await options(form);
  const request = { publicKey, signal: current.signal };
  if (mediation) request.mediation = mediation;
  const isNew = "create" in form.dataset;
  return isNew ? navigator.credentials.create(request) : navigator.credentials.get(request);
}

function send(form, { id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
  const answer = {};
  for (const part of [...parts, "userHandle"]) {
    if (response[part]) answer[part] = toText(response[part]);
  }
  const credential = { id, rawId: toText(rawId), type, response: answer, clientExtensionResults: {} };
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

async function use(form) {
  const note = form.querySelector('[role="status"]');
  note.textContent = form.dataset.busy;
  try {
    send(form, await ask(form));
  } catch {
    note.textContent = form.dataset.failed;
  }
}

// The browser offers passkeys beside the passwords it keeps; nothing is said if nobody takes one.
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  // Who has pressed a button meanwhile is being asked already.
  if (waiting) return;
  try {
    send(form, await ask(form, "conditional"));
  } catch {
    // Another way was chosen, or none.
  }
}

for (const form of forms) {
  form.hidden = !isKnown;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.elements.name && !form.elements.name.value.trim()) form.submit();
    else use(form);
  });
  if (isKnown && "conditional" in form.dataset) offer(form);
}
for (const words of document.querySelectorAll('[data-js="passkey-missing"]')) words.hidden = isKnown;
