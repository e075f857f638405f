import asyncio
import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gateway.client import GatewayRefused, GatewayUnreachable, GraphQLClient
from gateway.intake import intake, send
from gateway.order_files import Line, OrderFileError, read_orders
from gateway.progress import Progress
from tests.gateway.scripted import (
    ACCEPTED,
    Gateway,
    Order,
    accept_all,
    error,
    in_turn,
    invalid,
    lines,
    results,
    sent,
    serving,
)
from tests.gateway.written import EXAMPLES, ORDER, ROW, csv_file

# What is sent


async def test_every_order_is_sent_once_in_batches_and_in_order() -> None:
    async with serving(accept_all) as gateway:
        report = await sent(lines(25), gateway, batch=10)

    assert [len(batch) for batch in gateway.batches] == [10, 10, 5]
    assert [order["number"] for batch in gateway.batches for order in batch] == [
        f"N{n}" for n in range(1, 26)
    ]
    assert (report.accepted, report.exit_code) == (25, 0)


async def test_the_token_is_sent_as_a_bearer() -> None:
    async with serving(accept_all) as gateway:
        await sent(lines(1), gateway)

    assert gateway.authorizations == ["Bearer T"]


@pytest.mark.parametrize("batch", [0, 501])
async def test_a_batch_which_the_gateway_would_refuse_is_not_begun(batch: int) -> None:
    async with serving(accept_all) as gateway:
        with pytest.raises(ValueError, match="from 1 to 500"):
            await sent(lines(1), gateway, batch=batch)


async def test_a_line_that_cannot_be_read_is_not_sent_and_the_others_are() -> None:
    broken = Line(2, None, ("工单类型 is “?”",), {"工单号": "N2"})
    async with serving(accept_all) as gateway:
        report = await sent([*lines(1), broken, Line(3, ORDER)], gateway)

    assert [len(batch) for batch in gateway.batches] == [2]
    assert [str(remark) for remark in report.refused] == ["line 2, order N2: 工单类型 is “?”"]
    assert (report.accepted, report.exit_code) == (2, 1)


async def test_a_file_of_nothing_but_problems_asks_the_gateway_nothing() -> None:
    async with serving(accept_all) as gateway:
        report = await sent([Line(1, None, ("?",))], gateway)

    assert gateway.batches == []
    assert len(report.refused) == 1


# What is reported


async def test_the_report_counts_and_names_what_became_of_each_line(tmp_path: Path) -> None:
    path = csv_file(tmp_path, *[{**ROW, "工单号": f"N{n}"} for n in range(1, 6)])
    problems = [{"path": "orders.3.address.text", "message": "is longer than 500"}]
    answer = results(
        {**ACCEPTED, "warnings": ["the count differs"]},
        {**ACCEPTED, "duplicate": True},
        {**ACCEPTED, "amended": True},
        invalid("The order is not valid.", number="N4", problems=problems),
        {"__typename": "OrderConflict", "message": "N5 is another order.", "differs": ["product"]},
    )
    async with serving(lambda _: answer) as gateway:
        report = await sent(read_orders(path), gateway)

    assert str(report).splitlines() == [
        "warning: line 2, order N1: the count differs",
        "refused: line 5, order N4: The order is not valid. (客户安装地址: is longer than 500)",
        "refused: line 6, order N5: N5 is another order. (differs in 业务类型)",
        "5 orders: 1 accepted, 1 duplicate, 1 amended, 2 refused.",
    ]
    assert report.exit_code == 1


async def test_a_suspension_with_a_faulty_row_is_sent_and_warned_about(tmp_path: Path) -> None:
    path = csv_file(tmp_path, {**ROW, "工单类型": "停机单", "客户名称": ""})
    async with serving(accept_all) as gateway:
        report = await sent(read_orders(path), gateway)

    assert [str(remark) for remark in report.warnings] == [
        "line 2, order N1: 客户名称 is empty: every order needs one"
    ]
    assert report.exit_code == 0


async def test_nothing_in_a_file_steers_the_terminal() -> None:
    line = Line(1, None, ("is \x1b[2J\0",), {"工单号": "N\r1"})
    async with serving(accept_all) as gateway:
        report = await sent([line], gateway)

    assert str(report.refused[0]) == "line 1, order N\ufffd1: is \ufffd[2J\ufffd"


# What goes wrong between


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_gateway_is_asked_again(status: int) -> None:
    busy = PlainTextResponse("later", status_code=status)
    async with serving(in_turn(busy, busy, accept_all)) as gateway:
        report = await sent(lines(3), gateway)

    assert len(gateway.batches) == 3
    assert (report.accepted, report.exit_code) == (3, 0)


async def test_a_fault_that_passes_is_asked_again() -> None:
    fault = error("INTERNAL_SERVER_ERROR", "Something went wrong.", 500)
    async with serving(in_turn(fault, accept_all)) as gateway:
        report = await sent(lines(1), gateway)

    assert report.accepted == 1


async def test_a_gateway_that_starts_a_moment_later_gets_the_orders() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    async with GraphQLClient(f"http://127.0.0.1:{port}", "T") as client:
        progress, pauses = Progress(io.StringIO()), (0.1,) * 50
        sending = asyncio.create_task(send(lines(2), client, progress, pauses_seconds=pauses))
        await asyncio.sleep(0.15)
        async with serving(accept_all, port):
            report = await sending

    assert report.accepted == 2


async def test_a_gateway_that_is_not_there_is_told_after_a_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    report = await sent(lines(1), Gateway(accept_all, url))

    assert f"is `onevisit serve` running at {url}/graphql?" in report.stopped
    assert str(report).startswith("Stopped: No connection")
    assert report.exit_code == 1


async def test_a_gateway_that_does_not_answer_is_not_awaited_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with GraphQLClient(url, timeout_seconds=0.1) as client:
            with pytest.raises(GatewayUnreachable, match=r"did not answer within 0\.1 s"):
                await client.execute("{ __typename }")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error("UNAUTHENTICATED", "no token", 401), "onevisit token --role upstream"),
        (PlainTextResponse("?", status_code=401), "onevisit token --role upstream"),
        (error("FORBIDDEN", "crew"), "The token's role may not do this"),
        (PlainTextResponse("hello"), "is it a OneVisit gateway?"),
        (JSONResponse([1], status_code=404), "answered HTTP 404"),
        (results(ACCEPTED), "answered 1 of 2 orders"),
    ],
)
async def test_a_refusal_of_every_request_stops_the_sending_with_a_remedy(
    answer: Response, said: str
) -> None:
    async with serving(lambda _: answer) as gateway:
        report = await sent(lines(4), gateway, batch=2)

    assert said in report.stopped
    assert len(gateway.batches) == 1


@pytest.mark.parametrize("code", ["BAD_USER_INPUT", "TOO_LARGE"])
async def test_one_order_that_spoils_the_request_is_found_and_the_others_are_taken(code: str) -> None:
    def answer(orders: list[Order]) -> Response:
        spoilt = any(order["number"] == "N6" for order in orders)
        return error(code, "value is no Int", 400) if spoilt else accept_all(orders)

    async with serving(answer) as gateway:
        report = await sent(lines(10), gateway)

    assert [str(remark) for remark in report.refused] == ["line 6, order N6: value is no Int"]
    assert report.accepted == 9


async def test_what_stands_before_a_break_in_the_file_is_sent() -> None:
    def breaking() -> Iterator[Line]:
        yield from lines(3)
        raise OrderFileError("a.xlsx is damaged.")

    async with serving(accept_all) as gateway:
        report = await sent(breaking(), gateway, batch=2)

    assert report.accepted == 3
    assert "Stopped: a.xlsx is damaged.\nWhat follows was not sent. Send the whole file again" in str(report)
    assert report.exit_code == 1


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://x", "http://", "http://a:b"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(GatewayRefused, match=r"write such as http://127\.0\.0\.1:8000"):
        GraphQLClient(url)


@pytest.mark.parametrize("token", ["密", "a\nb"])
def test_a_token_that_is_none_is_told(token: str) -> None:
    with pytest.raises(GatewayRefused, match="onevisit token"):
        GraphQLClient("http://127.0.0.1", token)


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with serving(accept_all) as gateway:
        report = await sent(lines(1), gateway)

    assert report.accepted == 1


# Whole files


async def test_a_file_may_name_the_districts_of_henan(tmp_path: Path) -> None:
    path = csv_file(tmp_path, {**ROW, "安装地址所在区县": "郑州市金水区"})
    async with serving(accept_all) as gateway, GraphQLClient(gateway.url) as client:
        await intake(path, client, out=io.StringIO())

    assert gateway.batches[0][0]["address"]["districtCode"] == "410105"


async def test_a_file_that_cannot_be_read_gets_its_sentence_and_exit_code(tmp_path: Path) -> None:
    out = io.StringIO()
    async with GraphQLClient("http://127.0.0.1:9") as client:
        code = await intake(tmp_path / "none.csv", client, out=out)

    assert code == 1
    assert out.getvalue() == f"Stopped: {tmp_path}/none.csv does not exist: check its name and folder.\n"


async def test_the_case_s_own_groups_are_sent_as_they_stand() -> None:
    async with serving(accept_all) as gateway:
        report = await sent(read_orders(EXAMPLES / "henan.xlsx"), gateway)

    assert str(report) == "8 orders: 8 accepted, 0 duplicate, 0 amended, 0 refused."
