"""PayPal's vault: accounts that were kept, with a payment or without."""

from html import escape

from payments.tests.doubles.faults import Reply
from payments.tests.doubles.paypal_words import Refused


class PayPalVault:
    """The part of the double that keeps accounts."""

    def open_vault(self):
        #: Accounts that are kept, by their token, and what is set up to be.
        self.vault = {}
        self.setups = {}

    def is_kept(self, source):
        """Whether an order is paid by an account that is kept; refuses one that is not."""
        token = source.get("vault_id")
        if token and token not in self.vault:
            raise Refused("TOKEN_ID_NOT_FOUND")
        return bool(token)

    def keep_account(self, order):
        wish = order["source"].get("attributes", {}).get("vault", {})
        if wish.get("store_in_vault") == "ON_SUCCESS" and wish["usage_type"] == "MERCHANT":
            token = self._id("vault")
            self.vault[token] = "customer1"
            order["vault"] = {"id": token, "status": "VAULTED", "customer": {"id": "customer1"}}

    def set_up(self, request):
        source = request.json()["payment_source"]["paypal"]
        if source["usage_type"] != "MERCHANT" or "return_url" not in source["experience_context"]:
            raise Refused("MISSING_REQUIRED_PARAMETER", 400)
        token = self._id("setup")
        self.setups[token] = {
            "status": "PAYER_ACTION_REQUIRED",
            "context": source["experience_context"],
            "customer": request.json().get("customer", {"id": "customer1"}),
        }
        return Reply(self._shown_setup(token), 201)

    def show_setup(self, request, token):
        if token not in self.setups:
            return Refused("TOKEN_NOT_FOUND", 404).reply
        return Reply(self._shown_setup(token))

    def exchange(self, request):
        """Once for a setup that was approved, which is gone then."""
        asked = request.json()["payment_source"]["token"]
        setup = self.setups.get(asked["id"])
        if asked["type"] != "SETUP_TOKEN" or setup is None:
            raise Refused("TOKEN_NOT_FOUND", 404)
        if setup["status"] != "APPROVED":
            raise Refused("SETUP_TOKEN_NOT_TOKENIZED")
        del self.setups[asked["id"]]
        token = self._id("vault")
        self.vault[token] = setup["customer"]["id"]
        source = {"paypal": {"email_address": "ada@example.com"}}
        told = {"id": token, "customer": setup["customer"], "payment_source": source}
        return Reply(told, 201)

    def agree(self, token):
        """The owner has confirmed what is set up; where they come back to."""
        self.setups[token]["status"] = "APPROVED"
        return self.setups[token]["context"]["return_url"]

    def agreement_page(self, request):
        """The page on which an owner confirms."""
        token = request.query["approval_session_id"]
        if request.query.get("do") == "agree":
            return Reply(b"", 302, {"Location": self.agree(token)})
        cancel = self.setups[token]["context"]["cancel_url"]
        page = (
            '<!doctype html><html lang="en"><title>Double of PayPal</title>'
            f'<link rel="icon" href="data:,"><h1>Keep your account?</h1>'
            f'<p><a href="?approval_session_id={token}&amp;do=agree">Agree</a></p>'
            f'<p><a href="{escape(cancel)}">Cancel</a></p></html>'
        )
        return Reply(page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})

    def _shown_setup(self, token):
        setup = self.setups[token]
        address = f"{self.url}/agreements/approve?approval_session_id={token}"
        links = [{"href": address, "rel": "approve", "method": "GET"}]
        return {
            "id": token,
            "status": setup["status"],
            "customer": setup["customer"],
            "links": links if setup["status"] == "PAYER_ACTION_REQUIRED" else [],
        }

    def forget_account(self, request, token):
        if self.vault.pop(token, None) is None:
            return Refused("TOKEN_NOT_FOUND", 404).reply
        return Reply(b"", 204)
