"""What happens after the sale: money that goes back, and goods that come back."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from orders.errors import NothingToReturn, ReturnNotAllowed, ReturnWindowOver, TooManyReturned
from orders.models import Order, Return
from orders.placed import refundable
from orders.returns import inspection, requesting, settling
from orders.returns.inspection import Verdict
from orders.returns.requesting import Wanted
from payments import refunding
from payments.errors import RefundRefused
from payments.models import Refund
from payments.refunding import LineRefund
from payments.tests.cards import GOOD
from shop.models import new_id
from tests.life import model, real
from tests.life.acts import PICK, WARES, Acts, expected

UNITS = st.integers(0, 3)


class AfterSales(Acts):
    """Refunds and returns, to the card or as store credit."""

    def __init__(self):
        super().__init__()
        self.asked = []

    @initialize(
        wares=st.tuples(WARES, WARES, WARES),
        accepted=UNITS,
        restocks=st.booleans(),
        as_credit=st.booleans(),
    )
    def something_has_happened(self, wares, accepted, restocks, as_credit):
        """Else most sequences would be over before anything was paid, or came back.

        One order has arrived and one of its two pieces came back, one is paid and its customer
        begins another cart with credit, one waits for its money.
        """
        for number, ware in enumerate(wares):
            self.enter()
            self.put_in(number, ware, 1)
        self.put_in(0, wares[0], 1)
        self.give_gift_card(0, "card-small")
        for number in (0, 1):
            self.place(number, is_true=True)
            self.pay(number, GOOD)
        for _step in ("FULFILLED", "SHIPPED", "DELIVERED"):
            self.move_on(0)
        self.ask_to_return(0, wares[0], 1, as_credit)
        self.look_at_what_came_back(0, accepted, restocks)
        self.give_back(1, wares[1], 1, not as_credit)
        self.come_again(1, wares[1])
        self.use_store_credit(len(self.carts) - 1)
        self.give_code(2)
        self.place(2, is_true=True)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, ware=WARES, units=st.integers(1, 3), as_credit=st.booleans())
    def give_back(self, pick, ware, units, as_credit):
        """Money for units that stay with the customer."""
        number, order = self.pick(self.model.orders, pick)
        if ware not in order.lines or not order.is_paid:
            return
        sold = order.sold[ware]
        is_left = units <= sold.units_left and order.status != "CANCELED"
        placed = Order.objects.get(pk=self.orders[number].pk)
        line = placed.items.get(variant=self.wares[ware])
        worth = sold.give(units) if is_left else line.line_total * units // line.quantity
        with expected(None if is_left else RefundRefused):
            if is_left:
                assert refundable.of_order(placed).amount_for(line.pk, units) == worth
            made = refunding.refund(
                order_id=placed.pk,
                lines={line.pk: LineRefund(units, worth)},
                reason=Refund.Reason.FAULTY,
                key=new_id(),
                to=Refund.To.STORE_CREDIT if as_credit else Refund.To.ORIGINAL,
            )
            assert made.status == Refund.Status.SUCCEEDED
            self.model.give(order, worth, as_credit=as_credit)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, ware=WARES, units=UNITS, as_credit=st.booleans())
    def ask_to_return(self, pick, ware, units, as_credit):
        number, order = self.pick(self.model.orders, pick)
        if ware not in order.lines:
            return
        known = order.returned.get(ware, 0)
        refusal = None
        if order.status != "DELIVERED":
            refusal = ReturnWindowOver
        elif not units:
            refusal = NothingToReturn
        elif units > order.lines[ware] - known:
            refusal = TooManyReturned
        line = self.orders[number].items.get(variant=self.wares[ware])
        with expected(refusal):
            asked = requesting.request(
                order_id=self.orders[number].pk,
                lines={line.pk: Wanted(units, "TOO_SMALL")},
                outcome=Return.Outcome.STORE_CREDIT if as_credit else Return.Outcome.REFUND,
                key=new_id(),
            )
            order.returned[ware] = known + units
            self.asked.append(asked)
            self.model.returns.append(model.Return(number, ware, units, as_credit))

    @precondition(lambda self: self.asked)
    @rule(pick=PICK, accepted=UNITS, restocks=st.booleans())
    def look_at_what_came_back(self, pick, accepted, restocks):
        """It is received, inspected and settled, or refused; a second time nothing happens."""
        number, asked = self.pick(self.model.returns, pick)
        key = self.asked[number].pk
        self.pass_time(1)
        with expected(None if asked.is_open else ReturnNotAllowed):
            inspection.receive(return_id=key)
            accepted = min(accepted, asked.units)
            where = "RESTOCK" if restocks else "WRITE_OFF"
            [row] = self.asked[number].items.all()
            inspection.inspect(
                return_id=key, verdicts={row.pk: Verdict(accepted, where)}, answer="It was worn."
            )
            for _click in range(2 * bool(accepted)):
                settling.settle(return_id=key)
            real.tell()
            self.model.take_in(asked, accepted, restocks=restocks)
