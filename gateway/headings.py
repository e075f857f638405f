"""The headings under which upstream systems write an order's fields, in Chinese and in English.

Left stands the field of the API's ``OrderInput``, with dots for what is nested; right the headings that mean
it, the case's own word first. Comparing forgets case, spaces, ``_``, ``-``, full-width forms, a leading ``*``
and a remark in brackets: ``order_number``, ``Order number`` and ``orderNumber`` are one heading, and
``*工单号（必填）`` is 工单号.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

NUMBER: Final = "number"
ACTION: Final = "action"
PRODUCT: Final = "product"
CUSTOMER_NUMBER: Final = "customer.number"
CUSTOMER_NAME: Final = "customer.name"
ADDRESS: Final = "address.text"
DISTRICT_CODE: Final = "address.districtCode"
DISTRICT: Final = "district"
"""安装地址所在区县: a name or a code; the API knows the code alone."""
FUSION_KEY: Final = "fusion.key"
FUSED: Final = "fusion.fused"
RELATED: Final = "related"
"""是否有关联工单: not a field of the API, which tells it from the count and the numbers."""
RELATED_COUNT: Final = "fusion.relatedCount"
RELATED_NUMBERS: Final = "fusion.relatedNumbers"
EXTRA: Final = "extra"
REFUSAL: Final = "refusal"
"""Why the last sending refused the row; ignored on reading, so that a corrected file can be sent as it is."""

NAMES: Final[Mapping[str, str]] = {
    NUMBER: "工单号, 工单编号, 工单编码, 订单号, order number, order no, order id",
    ACTION: "工单类型, 工单类别, order type, order kind, order action, kind",
    PRODUCT: "业务类型, 产品, 产品类型, 产品名称, 产品编码, 业务产品, product code, business type",
    CUSTOMER_NUMBER: "客户编号, 客户编码, 客户号, customer no, customer id, customer code",
    CUSTOMER_NAME: "客户名称, 客户姓名, customer",
    "customer.contactName": "联系人, 联系人姓名, 客户联系人, contact name, contact, contact person",
    "customer.contactPhone": "联系电话, 联系人电话, 客户联系电话, contact phone, phone, phone number",
    ADDRESS: "客户安装地址, 安装地址, 装机地址, address, installation address, install address",
    DISTRICT_CODE: "区县编码, 区县代码, 安装地址所在区县编码, district code",
    DISTRICT: "安装地址所在区县, 所在区县, 区县, address district",
    "address.standardId": "标准地址编码, 标准地址ID, standard address id, standard id, address id",
    FUSION_KEY: "融合工单主键, 融合产品主键, 融合主键, key",
    FUSED: "是否为融合产品, 是否融合产品, 是否融合, fused, is fused, fused product",
    RELATED: "是否有关联工单, has related orders, has related, has associated orders",
    RELATED_COUNT: "关联工单数量, 关联工单数, related count, related order count, associated order count",
    RELATED_NUMBERS: "关联工单号, 关联工单编号, related numbers, related orders, related order numbers",
    "requirement": "需求信息, 客户需求, requirements",
    "scenario": "应用场景, application scenario",
    "assuranceLevel": "业务保障级别, 保障级别, 业务保障级别信息, assurance level, assurance",
    "redList": "红名单, 是否红名单, red list, is red list",
    "postPay": "后付费, 是否后付费, post pay, is post pay, post paid",
    "installedSerials": "设备序列号, 已装设备序列号, installed serials, serials, serial numbers",
    "activationData": "激活数据, activation data",
    "checkData": "核查数据, check data",
    "dueAt": "要求完成时间, 要求完成日期, 完成时限, due at, due date, due time, due",
    EXTRA: "扩展信息, extra",
    REFUSAL: "拒绝原因, refusal",
}

REQUIRED: Final = (NUMBER, ACTION, PRODUCT, CUSTOMER_NUMBER, CUSTOMER_NAME, ADDRESS)
OPEN: Final = ("activationData", "checkData")
"""Fields whose content is the product's: a column ``activationData.vlan`` fills its ``vlan``."""

_REMARK = re.compile(r"\([^()]*\)$")
_SEPARATORS = re.compile(r"[\s_\-*.:]")


def _plain(heading: str) -> str:
    return _SEPARATORS.sub("", _REMARK.sub("", unicodedata.normalize("NFKC", heading).strip())).casefold()


_FIELDS: Final[Mapping[str, str]] = {
    _plain(name): field for field, names in NAMES.items() for name in (field, *names.split(","))
}


@lru_cache(maxsize=4096)
def field_of(heading: str) -> str | None:
    """The field that a heading means, such as ``address.text`` or ``activationData.vlan``, or None."""
    head, dot, part = heading.strip().partition(".")
    if dot and part and (field := _FIELDS.get(_plain(head))) in OPEN:
        return f"{field}.{part}"
    return _FIELDS.get(_plain(heading))


def missing(headings: Iterable[str]) -> list[str]:
    """The required columns which the headings lack, each as ``工单号 (order number)``."""
    found = {field_of(heading) for heading in headings}
    return [f"{chinese(field)} ({english(field)})" for field in REQUIRED if field not in found]


def ambiguous(headings: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of headings which mean the same field, so that nobody can say which one counts."""
    first: dict[str, str] = {}
    pairs = []
    for heading in headings:
        field = field_of(heading)
        if field is not None and field != REFUSAL and first.setdefault(field, heading) != heading:
            pairs.append((first[field], heading))
    return pairs


def chinese(field: str) -> str:
    """The case's own word for a field."""
    return NAMES[field].split(", ")[0]


def english(field: str) -> str:
    """The plainest English heading of a field."""
    return next(name for name in NAMES[field].split(", ") if name.isascii())
