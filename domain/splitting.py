"""Which orders share a visit: one customer and one installation address (D5, 3.8)."""

from __future__ import annotations

from collections.abc import Iterable

from domain.addresses import PlacedAddress, same_address_classes
from domain.orders import Order
from domain.values import OrderNumber


def split_by_address(orders: Iterable[Order]) -> tuple[tuple[OrderNumber, ...], ...]:
    """The orders in classes of one customer and one address, each order in exactly one.

    Classes and their members are in the order of their numbers, whatever the order of arrival.
    """
    by_customer: dict[str, list[Order]] = {}
    for order in sorted(orders, key=lambda o: o.number):
        by_customer.setdefault(order.payload.customer.number, []).append(order)
    classes = [
        tuple(members[index].number for index in indexes)
        for members in by_customer.values()
        for indexes in same_address_classes([placed(order) for order in members])
    ]
    return tuple(sorted(tuple(sorted(members)) for members in classes))


def placed(order: Order) -> PlacedAddress:
    """What tells an order's address from others."""
    return PlacedAddress(order.place.district_code, order.payload.address.standard_id, order.place.canonical)


def class_of(order: Order, orders: Iterable[Order]) -> frozenset[OrderNumber]:
    """The numbers of the orders which share the address of one of them, its own among them."""
    return next(frozenset(members) for members in split_by_address(orders) if order.number in members)
