"""The refusals which say all in their name and message."""

from __future__ import annotations

import strawberry

from schema.described import described
from schema.refusals import Refusal


@described
@strawberry.type
class NotFound(Refusal):
    """There is no such thing, or it is hidden from this caller. Check the id, or ask with another role."""


@described
@strawberry.type
class InvalidWindow(Refusal):
    """The window of an appointment is wrong.

    It begins in the past, ends before it begins, or is longer than four hours.
    """


@described
@strawberry.type
class NotClaimable(Refusal):
    """There is nothing to claim: the visit is held or has no crew, or the item is done, returned or cancelled."""


@described
@strawberry.type
class NotReleasable(Refusal):
    """The item cannot be given away as it is: it is free, on site or final."""


@described
@strawberry.type
class NoOffer(Refusal):
    """The item was not, or is no longer, offered to this caller."""


@described
@strawberry.type
class NotStartable(Refusal):
    """Work cannot begin: the visit is held, or the item is not claimed."""


@described
@strawberry.type
class NotReturnable(Refusal):
    """The item cannot be returned: SUSPEND and TERMINATE never, others only while claimed or on site."""


@described
@strawberry.type
class NotReceiptable(Refusal):
    """There is nothing to receipt: the item was returned or cancelled, or its order waits for a decision."""


@described
@strawberry.type
class NotHoldable(Refusal):
    """The item cannot be held: SUSPEND and TERMINATE never, others only while they are claimed."""


@described
@strawberry.type
class NotHeld(Refusal):
    """There is no hold on this very thing. Look at the hold of its group and of its visit."""


@described
@strawberry.type
class NotBookable(Refusal):
    """The visit takes no appointment: it is held, begun or over."""


@described
@strawberry.type
class NotClosable(Refusal):
    """The appointment is over, or under way and past the point of no return."""


@described
@strawberry.type
class NotCancellable(Refusal):
    """The order is past the point of no return: its final receipt has been made."""


@described
@strawberry.type
class NotCollecting(Refusal):
    """The group does not wait: it is dispatched, or held for another decision."""


@described
@strawberry.type
class NotMergeable(Refusal):
    """These visits cannot become one: other groups, districts or customers, or one of them has begun."""


@described
@strawberry.type
class NotSplittable(Refusal):
    """These items cannot leave the visit: it has begun, or nothing would stay or go."""


@described
@strawberry.type
class NotReopenable(Refusal):
    """Only FAILED and PARTIAL orders are reopened."""


@described
@strawberry.type
class NotAcceptable(Refusal):
    """There is nothing to accept: construction is not done, or no other part has failed for good."""


@described
@strawberry.type
class NotRetryable(Refusal):
    """There is nothing to send again: the part is not needed, under way, or has succeeded."""
