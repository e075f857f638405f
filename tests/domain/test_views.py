"""Views: rows with their group at hand."""

import pytest

from domain.views import OrderView
from tests import arrivals as make
from tests.domain.trade import Trade


def test_a_view_has_what_its_row_has_and_nothing_else() -> None:
    trade = Trade()
    trade.intake(make.order("N1"))
    group = trade.group("N1")
    view = OrderView(group, group.orders[next(iter(group.orders))])

    assert (view.number, view.version, view.scenario) == ("N1", view.row.version, view.row.payload.scenario)
    with pytest.raises(AttributeError, match="colour"):
        view.colour  # noqa: B018 - asking is the test
