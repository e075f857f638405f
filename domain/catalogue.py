"""业务类型: the products and the rules that come with them, as data.

A new database starts with ``DEFAULT_PRODUCTS``; from then on dispatchers change products as reference data. The
limits of the metrics are proposals of this project, not of a standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.values import EvidenceKind, OrderAction, SubTaskKind


@dataclass(frozen=True, slots=True)
class EvidenceRequirement:
    """One thing that a receipt (回单) must or may carry, under its stable name."""

    name: str
    kind: EvidenceKind
    choices: tuple[str, ...]
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class ProductRule:
    """What an action on a product needs. A rule with a ``scenario`` (应用场景) is for that scenario alone."""

    action: OrderAction
    scenario: str | None
    sub_tasks: tuple[SubTaskKind, ...]
    evidence: tuple[EvidenceRequirement, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The limits of one metric of the quality check (资源质量核查), both inclusive; null means no limit.

    With ``of_subscribed_rate`` the limits are shares of the subscribed rate: 0.9 of 100,000 kbit/s. A metric that
    is not ``mandatory`` may be missing, is recorded, and decides nothing.
    """

    metric: str
    unit: str
    lower: float | None
    upper: float | None
    of_subscribed_rate: bool
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A product that upstream sells.

    ``line_rank`` orders the line-bearing ones: whoever claims the lowest rank is the first contact (第一接口人).
    With ``confirm_repairs`` a repair waits for a dispatcher's word before it is sent.
    """

    code: str
    name: str
    name_zh: str
    line_bearing: bool
    line_rank: int | None
    rules: tuple[ProductRule, ...]
    thresholds: tuple[Threshold, ...]
    activation_template: Mapping[str, Any] = field(default_factory=dict)
    check_template: Mapping[str, Any] = field(default_factory=dict)
    confirm_repairs: bool = False

    def template(self, kind: SubTaskKind) -> Mapping[str, Any]:
        """The usual data of an activation or of a check, from which a repair takes what history does not know."""
        return self.activation_template if kind is SubTaskKind.ACTIVATION else self.check_template


def rule_for(product: Product, action: OrderAction, scenario: str | None) -> ProductRule | None:
    """The product's rule for an action: that of the scenario if there is one, else the general one, else null."""
    rules = {rule.scenario: rule for rule in reversed(product.rules) if rule.action is action}
    return rules.get(scenario) or rules.get(None)


def _evidence(name: str, kind: EvidenceKind, description: str, *choices: str) -> EvidenceRequirement:
    return EvidenceRequirement(name, kind, choices, required=True, description=description)


def _at_least(metric: str, unit: str, lower: float) -> Threshold:
    return Threshold(metric, unit, lower, None, of_subscribed_rate=False, mandatory=True)


def _at_most(metric: str, unit: str, upper: float) -> Threshold:
    return Threshold(metric, unit, None, upper, of_subscribed_rate=False, mandatory=True)


def _of_rate(metric: str, share: float, *, mandatory: bool = True) -> Threshold:
    return Threshold(metric, "kbit/s", share, None, of_subscribed_rate=True, mandatory=mandatory)


def _transport(rtt_ms: float, jitter_ms: float, loss_percent: float) -> tuple[Threshold, ...]:
    return (
        _at_most("rttMs", "ms", rtt_ms),
        _at_most("jitterMs", "ms", jitter_ms),
        _at_most("lossPercent", "%", loss_percent),
    )


def _works(*metrics: str) -> tuple[Threshold, ...]:
    """Functional tests: measured as 1 (works) or 0."""
    return tuple(_at_least(metric, "1", 1) for metric in metrics)


_CONSTRUCTION: Final = SubTaskKind.CONSTRUCTION
_ACTIVATION: Final = SubTaskKind.ACTIVATION
_QUALITY_CHECK: Final = SubTaskKind.QUALITY_CHECK
_PHOTO: Final = _evidence("photo", EvidenceKind.PHOTO, "现场照片: a photo of the installation on site.")

_SURVEY_EVIDENCE: Final = (
    _evidence(
        "feasibility",
        EvidenceKind.CHOICE,
        "勘查结论: whether the service can be built here; NOT_FEASIBLE is a result, not a failure.",
        "FEASIBLE",
        "CONDITIONAL",
        "NOT_FEASIBLE",
    ),
    _evidence("access_point", EvidenceKind.TEXT, "接入点: the access point that the line would come from."),
    _PHOTO,
)
_LINE_EVIDENCE: Final = (
    _evidence("ont_serial", EvidenceKind.TEXT, "光猫序列号: serial number of the ONT or CPE."),
    _evidence(
        "access_port", EvidenceKind.TEXT, "接入端口: the port that the line is connected to, such as 0/3/7."
    ),
    _PHOTO,
    _evidence(
        "customer_confirmation", EvidenceKind.TEXT, "客户确认: name with signature reference, or code."
    ),
)
_CAMERA_EVIDENCE: Final = (
    _evidence("serial", EvidenceKind.TEXT, "摄像头序列号: serial number of the camera."),
    _evidence("channel_count", EvidenceKind.NUMBER, "通道数: how many channels were installed."),
    _evidence(
        "picture_test", EvidenceKind.BOOLEAN, "图像测试: whether the picture was seen on the platform."
    ),
)
_VIDEO_EVIDENCE: Final = (
    _evidence("terminal", EvidenceKind.TEXT, "终端: serial number of the terminal, or the meeting account."),
    _evidence("test_call", EvidenceKind.BOOLEAN, "测试呼叫: whether a test call succeeded."),
)


def _rules(activation_evidence: tuple[EvidenceRequirement, ...]) -> tuple[ProductRule, ...]:
    """The general rules of a product: they differ in the evidence of an activation alone."""
    all_three = (_CONSTRUCTION, _ACTIVATION, _QUALITY_CHECK)
    network_only = (_ACTIVATION, _QUALITY_CHECK)
    return (
        ProductRule(OrderAction.SURVEY, None, (_CONSTRUCTION,), _SURVEY_EVIDENCE),
        ProductRule(OrderAction.ACTIVATION, None, all_three, activation_evidence),
        ProductRule(OrderAction.SUSPEND, None, network_only, ()),
        ProductRule(OrderAction.RESUME, None, network_only, ()),
        ProductRule(OrderAction.TERMINATE, None, all_three, (_PHOTO,)),
    )


_OPTICAL_POWER: Final = Threshold(
    "opticalRxPowerDbm", "dBm", -27, -8, of_subscribed_rate=False, mandatory=True
)
_LINE_CHECK: Final = (
    _of_rate("tcpDownKbps", 0.90),
    _of_rate("tcpUpKbps", 0.90),
    _of_rate("informationRateKbps", 0.99, mandatory=False),  # Y.1564 at the 100 % step; needs a test head
    *_transport(rtt_ms=20, jitter_ms=5, loss_percent=0.1),
    _at_least("tcpEfficiencyPercent", "%", 99),
    _at_most("bufferDelayPercent", "%", 100),
    _OPTICAL_POWER,
    *_works("pingOk", "dnsOk", "publicAddressOk"),
)
_BROADBAND_CHECK: Final = (
    _of_rate("tcpDownKbps", 0.90),
    _of_rate("tcpUpKbps", 0.80),
    *_transport(rtt_ms=50, jitter_ms=20, loss_percent=1),
    _at_least("tcpEfficiencyPercent", "%", 98),
    Threshold("bufferDelayPercent", "%", None, None, of_subscribed_rate=False, mandatory=False),
    _OPTICAL_POWER,
    *_works("dialUpOk"),
)
_VIDEO_CHECK: Final = (  # rates per terminal
    _at_least("tcpDownKbps", "kbit/s", 4000),
    _at_least("tcpUpKbps", "kbit/s", 4000),
    *_transport(rtt_ms=100, jitter_ms=30, loss_percent=0.5),
    *_works("testCallOk", "registeredOk"),
)
_CAMERA_CHECK: Final = (  # rates per channel
    _at_least("tcpUpKbps", "kbit/s", 2000),
    *_transport(rtt_ms=100, jitter_ms=50, loss_percent=1),
    *_works("pictureOnlineOk", "storageOk"),
)

DEFAULT_PRODUCTS: Final = (
    Product(
        "INTERNET_LINE",
        "Internet dedicated line",
        "互联网专线",
        line_bearing=True,
        line_rank=10,
        rules=_rules(_LINE_EVIDENCE),
        thresholds=_LINE_CHECK,
    ),
    Product(
        "ENT_BROADBAND",
        "Enterprise broadband",
        "企宽",
        line_bearing=True,
        line_rank=20,
        rules=_rules(_LINE_EVIDENCE),
        thresholds=_BROADBAND_CHECK,
    ),
    Product(
        "CLOUD_VIDEO",
        "Cloud video meeting",
        "云视讯",
        line_bearing=False,
        line_rank=None,
        rules=_rules(_VIDEO_EVIDENCE),
        thresholds=_VIDEO_CHECK,
    ),
    Product(
        "CAMERA",
        "Surveillance camera",
        "千里眼",
        line_bearing=False,
        line_rank=None,
        rules=_rules(_CAMERA_EVIDENCE),
        thresholds=_CAMERA_CHECK,
    ),
)
