// A card typed into Stripe's own fields. When the form is sent, Stripe gives a token for the card,
// and the token goes instead. Without Stripe's script other ways to pay remain.

const field = document.querySelector('[data-js~="card-fields"]');
const form = field.closest("form");
const part = (name) => field.querySelector(`[data-part="${name}"]`);
const colorOf = (element) => getComputedStyle(element).color;

function tell(text) {
  part("words").textContent = text;
  part("problem").hidden = !text;
}

function mount(stripe) {
  const { fontFamily, color } = getComputedStyle(field);
  const card = stripe.elements().create("card", {
    hidePostalCode: true,
    disableLink: true,
    style: {
      base: {
        color,
        fontFamily,
        fontSize: "16px",
        iconColor: color,
        "::placeholder": { color: colorOf(part("hint")) },
      },
      invalid: { color: colorOf(part("error")), iconColor: colorOf(part("error")) },
    },
  });
  part("frame").hidden = false;
  part("hint").hidden = false;
  part("without").hidden = true;
  card.mount(part("frame"));
  card.on("change", ({ error }) => tell(error?.message ?? ""));
  return card;
}

// Whether a token is asked for, and whether it lies in the form.
let isAsked = false;
let isHere = false;

function keep(id, brand, last4) {
  form.elements.stripe_token.value = id;
  form.elements.stripe_brand.value = brand;
  form.elements.stripe_last4.value = last4;
  isHere = Boolean(id);
}

async function exchange(stripe, card, submitter) {
  isAsked = true;
  try {
    const { error, paymentMethod } = await stripe.createPaymentMethod({ type: "card", card });
    if (error) {
      tell(error.message);
      card.focus();
      return;
    }
    tell("");
    keep(paymentMethod.id, paymentMethod.card.brand, paymentMethod.card.last4);
    form.requestSubmit(submitter);
  } catch {
    tell(field.dataset.missing);
  } finally {
    isAsked = false;
  }
}

if (window.Stripe) {
  const stripe = window.Stripe(field.dataset.key, { locale: document.documentElement.lang });
  const card = mount(stripe);
  form.addEventListener("submit", (event) => {
    // Buttons with a name lead elsewhere, and other means need no token.
    const isOther = event.submitter?.name || form.elements.means.value !== "stripe";
    if (isOther || isHere) return;
    event.preventDefault();
    if (!isAsked) exchange(stripe, card, event.submitter);
  });
  // Back from the next page: a token pays once.
  window.addEventListener("pageshow", () => keep("", "", ""));
} else {
  tell(field.dataset.missing);
}
