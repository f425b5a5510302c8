"""What a browser loads from Stripe: its script, and the field in a frame."""

#: In place of Stripe's script: a field in a frame, which tells what is typed in it.
SCRIPT = """
window.Stripe = (key, options) => {
  let number = "", told = () => {};
  const home = new URL(document.querySelector('script[src$="/stripe.js"]').src).origin;
  addEventListener("message", (event) => { if (event.origin === home) number = event.data; });
  const element = {
    mount(node) {
      const frame = document.createElement("iframe");
      frame.title = "Card number";
      frame.src = `${home}/field`;
      node.append(frame);
    },
    on(name, listener) { told = listener; },
    focus() {},
  };
  return {
    elements: () => ({ create: () => element }),
    createPaymentMethod: async () => {
      // Stripe is asked, which takes its time.
      await new Promise((done) => setTimeout(done, 10));
      return number.startsWith("4")
        ? { paymentMethod: { id: number === "4000" ? "pm_card_chargeDeclined" : "pm_card_visa",
                             card: { brand: "visa", last4: "4242" } } }
        : { error: { message: "Your card number is incomplete." } };
    },
  };
};
"""
FIELD = """<!doctype html><title>Field</title><label>Number <input></label><script>
document.querySelector("input").addEventListener("input", (event) =>
  parent.postMessage(event.target.value, "*"));
</script>"""
PAGES = {"/stripe.js": ("text/javascript", SCRIPT), "/field": ("text/html", FIELD)}
