from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from billing.contracts.account import Account, OpenCharge
from billing.contracts.events import AnyEvent, By, Charged, Corrected, DepositReceived, Offset, Paid, Refunded, Source
from billing.contracts.participation import OVER, fold
from billing.contracts.problem import ContractError
from billing.contracts.terms import MOST_YEARS
from billing.month import Month
from tests.unit.billing.contracts.stories import DUE, NO_INSURER, SELECTED, SIGNED, day, did, refusal

JANUARY = did("2027-02-05", "charged", month="2027-01", amount=1_175_000, due="2027-02-28")
FEBRUARY = did("2027-03-05", "charged", month="2027-02", amount=900_000, due="2027-03-31")
DEPOSITED = (
    *NO_INSURER,
    did("2026-11-30", "deposit_received", amount=4_700_000),
    did("2026-12-02", "signed", year=1, **DUE),
)


def test_money_settles_the_oldest_charge_first() -> None:
    account = fold((*SIGNED, JANUARY, FEBRUARY, did("2027-03-10", "paid", amount=1_500_000))).account
    assert account.open_charges() == (OpenCharge(Month(2027, 2), 575_000, date(2027, 3, 31)),)
    assert account.arrears(date(2027, 3, 31)) == 0
    assert account.arrears(date(2027, 4, 1)) == 575_000


def test_a_month_is_charged_once_and_only_under_contract() -> None:
    assert refusal((*SIGNED, JANUARY), JANUARY) == "charged_before"
    for month in ("2026-12", "2028-01"):
        wrong = did("2028-02-05", "charged", month=month, amount=1, due="2028-02-28")
        assert refusal(SIGNED, wrong) == "charged_outside"
    late = did("2027-02-05", "charged", month="2027-01", amount=1, due="2027-02-04")
    assert refusal(SIGNED, late) == "due_past"


def test_only_arrears_are_taken_from_the_deposit_and_no_more_than_there_is() -> None:
    told = (*DEPOSITED, JANUARY)
    assert refusal(told, did("2027-02-28", "offset", amount=1, source=Source.DEPOSIT)) == "offset_too_much"
    taken = did("2027-03-01", "offset", amount=1_175_000, source=Source.DEPOSIT)
    account = fold((*told, taken)).account
    assert (account.owed, account.deposit) == (0, 3_525_000)
    huge = did("2027-02-05", "charged", month="2027-02", amount=9_000_000, due="2027-02-28")
    assert refusal((*told, huge), did("2027-03-01", "offset", amount=5_000_000, source=Source.DEPOSIT)) == (
        "deposit_too_small"
    )


def test_an_insurer_pays_no_more_than_its_certificate() -> None:
    huge = did("2027-02-05", "charged", month="2027-02", amount=9_000_000, due="2027-02-28")
    told = (*SIGNED, huge)
    assert refusal(told, did("2027-03-01", "offset", amount=4_700_001, source=Source.INSURANCE)) == (
        "insurance_too_small"
    )
    assert fold((*told, did("2027-03-01", "offset", amount=4_700_000, source=Source.INSURANCE))).account.owed == (
        4_300_000
    )
    assert refusal((*DEPOSITED, huge), did("2027-03-01", "offset", amount=1, source=Source.INSURANCE)) == (
        "insurance_too_small"
    )


def test_the_deposit_goes_back_at_the_end_when_nothing_is_owed() -> None:
    back = did("2027-03-10", "refunded", amount=4_700_000)
    assert refusal(DEPOSITED, did("2027-01-10", "refunded", amount=1)) == "refund_at_end"
    gone = (*DEPOSITED, did("2027-01-10", "terminated", reason="폐업"))
    assert refusal(gone, back) == "last_month_first"
    assert refusal((*gone, JANUARY), back) == "owed_first"
    paid = (*gone, JANUARY, did("2027-03-01", "paid", amount=1_175_010))
    assert fold(paid).account.held == 4_700_010
    assert refusal(paid, did("2027-03-10", "refunded", amount=4_700_011)) == "refund_too_much"
    assert fold((*paid, did("2027-03-10", "refunded", amount=4_700_010))).account.held == 0


def test_who_withdraws_gets_the_deposit_back() -> None:
    told = (*NO_INSURER, did("2026-11-30", "deposit_received", amount=3_000_000), did("2026-12-01", "withdrawn"))
    assert fold((*told, did("2026-12-03", "refunded", amount=3_000_000))).account.held == 0
    assert refusal(told, did("2026-12-03", "deposit_received", amount=1)) == "not_now"


def test_a_note_changes_what_a_month_costs_and_never_below_nothing() -> None:
    less = did("2027-03-01", "corrected", month="2027-01", amount=-200_000, due="2027-03-01", note="C2027-03-00001")
    more = did("2027-03-02", "corrected", month="2027-01", amount=50_000, due="2027-04-01", note="C2027-03-00002")
    assert refusal(SIGNED, less) == "not_charged"
    account = fold((*SIGNED, JANUARY, less, more)).account
    assert account.month(Month(2027, 1)) == 1_025_000
    assert account.open_charges() == (
        OpenCharge(Month(2027, 1), 975_000, date(2027, 2, 28)),
        OpenCharge(Month(2027, 1), 50_000, date(2027, 4, 1)),
    )
    assert account.arrears(date(2027, 3, 31)) == 975_000
    paid = (*SIGNED, JANUARY, did("2027-02-20", "paid", amount=1_175_000), less)
    assert (fold(paid).account.credit, fold(paid).account.owed) == (200_000, 0)
    whole = did("2027-03-01", "corrected", month="2027-01", amount=-1_175_001, due="2027-03-01", note="x")
    assert refusal((*SIGNED, JANUARY), whole) == "corrected_too_much"
    assert refusal((*SIGNED, JANUARY), did("2027-03-01", "corrected", month="2027-01", amount=0, due="2027-03-01",
                                           note="x")) == "amount"  # fmt: skip
    past = did("2027-03-01", "corrected", month="2027-01", amount=1, due="2027-02-28", note="x")
    assert refusal((*SIGNED, JANUARY), past) == "due_past"


def test_a_statement_after_the_end_is_charged_one_before_the_start_is_not() -> None:
    ended = (*SIGNED, did("2027-03-01", "notice_given", by=By.COMPANY, last="2027-03-31"))
    late = did("2027-06-05", "charged", month="2027-05", amount=7, due="2027-06-30", statement="2027-05-00001")
    assert fold((*ended, late)).account.owed == 7
    early = did("2027-01-05", "charged", month="2026-12", amount=7, due="2027-01-30", statement="2026-12-00001")
    assert refusal(SIGNED, early) == "charged_outside"
    assert refusal(SELECTED, late) == "charged_outside"


def test_nothing_and_less_is_no_payment() -> None:
    assert refusal(SIGNED, did("2027-02-01", "paid", amount=0)) == "amount"
    assert refusal(SIGNED, did("2027-02-01", "paid", amount=-5)) == "amount"
    assert fold((*SIGNED, did("2027-02-05", "charged", month="2027-01", amount=0, due="2027-02-28"))).account.owed == 0


class Books(RuleBasedStateMachine):
    """Whatever is entered in whatever order: what is refused changes nothing, what is taken adds up."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[AnyEvent] = []
        self.state = fold(())
        self.today = date(2026, 10, 1)
        self.begin(*SELECTED)

    def begin(self, *events: AnyEvent) -> None:
        for event in events:
            self.enter(event)

    def enter(self, event: AnyEvent) -> None:
        try:
            self.state = self.state.after(event)
        except ContractError:
            return
        self.told.append(event)
        self.today = max(self.today, event.on)

    @rule(days=st.integers(0, 90))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(amount=st.integers(-10, 6_000_000), kind=st.sampled_from([DepositReceived, Paid, Refunded]))
    def money(self, amount: int, kind: type[Paid]) -> None:
        self.enter(kind(on=self.today, amount=amount))

    @rule(amount=st.integers(0, 6_000_000), source=st.sampled_from(Source))
    def offset(self, amount: int, source: Source) -> None:
        self.enter(Offset(on=self.today, amount=amount, source=source))

    @rule()
    def everything_back(self) -> None:
        self.enter(Refunded(on=self.today, amount=self.state.account.held))

    @rule(amount=st.integers(0, 3_000_000), back=st.integers(0, 3))
    def charge(self, amount: int, back: int) -> None:
        index = self.today.year * 12 + self.today.month - 1 - back
        month = Month(index // 12, index % 12 + 1)
        self.enter(Charged(on=self.today, month=month, amount=amount, due=self.today))

    @rule(amount=st.integers(-3_000_000, 1_000_000), back=st.integers(0, 3))
    def correct(self, amount: int, back: int) -> None:
        index = self.today.year * 12 + self.today.month - 1 - back
        month, due = Month(index // 12, index % 12 + 1), self.today + timedelta(days=30)
        self.enter(Corrected(on=self.today, month=month, amount=amount, due=due, note=f"C-{len(self.told)}"))

    @rule(year=st.integers(1, 7), proof=st.booleans())
    def sign(self, year: int, proof: bool) -> None:
        if proof:
            self.enter(did(str(self.today), "insurer_refused", proof=1))
        else:
            self.enter(
                did(
                    str(self.today),
                    "insured",
                    amount=4_700_000,
                    valid_from=str(self.today),
                    valid_to=str(self.today + timedelta(days=500)),
                )
            )
        self.enter(did(str(self.today), "signed", year=year, **DUE))

    @rule()
    def extend(self) -> None:
        self.enter(did(str(self.today), "extended"))

    @rule(days=st.integers(0, 400))
    def notice(self, days: int) -> None:
        last = str(self.today + timedelta(days=days))
        self.enter(did(str(self.today), "notice_given", by="company", last=last))

    @rule()
    def terminate(self) -> None:
        self.enter(did(str(self.today), "terminated", reason="x"))

    @invariant()
    def money_in_is_money_out_and_balance(self) -> None:
        account = self.state.account
        assert account.money_in == account.money_out + account.settled + account.held
        assert account.settled + account.owed == account.charged
        assert min(account.deposit, account.credit, account.owed) >= 0
        assert sum(charge.amount for charge in account.open_charges()) == account.owed

    @invariant()
    def never_over_five_years_and_years_follow_each_other(self) -> None:
        years = self.state.years
        assert len(years) <= MOST_YEARS
        assert [year.number for year in years] == list(range(1, len(years) + 1))
        if len(years) > 3:
            assert self.state.extended

    @invariant()
    def the_state_is_the_fold_of_its_history(self) -> None:
        assert fold(self.told) == self.state

    @invariant()
    def nothing_is_refunded_before_the_end(self) -> None:
        if self.state.account.money_out:
            assert self.state.status(self.today) in OVER


TestBooks = Books.TestCase


@given(st.lists(st.integers(1, 1000), max_size=8), st.lists(st.integers(1, 1000), max_size=8))
def test_the_order_in_which_payments_are_entered_does_not_matter(charges: list[int], payments: list[int]) -> None:
    def account(amounts: list[int]) -> Account:
        found = Account()
        for number, amount in enumerate(charges, 1):
            found = found.after(Charged(on=day("2027-01-01"), month=Month(2027, number), amount=amount,
                                        due=day("2027-02-01")))  # fmt: skip
        for amount in amounts:
            found = found.after(Paid(on=day("2027-01-01"), amount=amount))
        return found

    assert account(payments) == account(payments[::-1])
