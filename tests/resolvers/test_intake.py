"""工单接收 through the schema."""

import pytest

from tests.resolvers.office import Office, fused, order


@pytest.mark.usefixtures("people")
async def test_two_orders_of_one_key_are_dispatched_with_the_second(office: Office) -> None:
    first = order("N1", product="ENT_BROADBAND", fusion=fused("FK-1", "N2"))

    (waiting,) = await office.take_in(first)
    (ready,) = await office.take_in(order("N2", fusion=fused("FK-1", "N1")))

    assert waiting["order"]["group"]["state"] == "COLLECTING"
    assert ready["order"]["group"]["state"] == "DISPATCHED"
    assert ready["order"]["workItem"] is not None
