import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.client import GatewayRefused, GatewayUnreachable, GraphQLClient
from gateway.intake import intake, send
from gateway.order_files import READERS, Line, OrderFileError, read_orders
from gateway.progress import Progress
from gateway.refused_files import WRITERS, RefusedFile
from gateway.reports import Report
from tests.gateway.written import EXAMPLES, FUSION, ORDER, ROW, csv_file, text_file, xlsx_file

Order = dict[str, Any]
Script = Callable[[list[Order]], Response]

QUICK = (0.01, 0.01)
ACCEPTED = {"__typename": "OrderAccepted", "duplicate": False, "amended": False, "warnings": []}


@dataclass
class Gateway:
    """A server that answers ``intakeOrders`` by a script, and keeps what it was asked."""

    script: Script
    url: str = ""
    batches: list[list[Order]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.batches.append(body["variables"]["input"]["orders"])
        self.authorizations.append(request.headers.get("authorization"))
        assert "intakeOrders(input: $input)" in body["query"]
        return self.script(self.batches[-1])


@asynccontextmanager
async def serving(script: Script, port: int = 0) -> AsyncIterator[Gateway]:
    gateway = Gateway(script)
    app = Starlette(routes=[Route("/graphql", gateway.answer, methods=["POST"])])
    config = uvicorn.Config(app, ws="none", log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listening:
        gateway.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield gateway
        finally:
            server.should_exit = True
            await task


def results(*given: dict[str, Any]) -> Response:
    return JSONResponse({"data": {"intakeOrders": {"results": list(given)}}})


def accept_all(orders: list[Order]) -> Response:
    return results(*[{**ACCEPTED, "order": {"number": order["number"]}} for order in orders])


def error(code: str, message: str, status: int = 200) -> Response:
    body = {"data": None, "errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status)


def invalid(message: str, **more: object) -> dict[str, Any]:
    return {"__typename": "InvalidOrder", "code": "INVALID_ORDER", "message": message, "problems": [], **more}


def in_turn(*responses: Response | Script) -> Script:
    """Answers with each in turn; what is a script is asked for its answer."""
    turns = iter(responses)

    def answer(orders: list[Order]) -> Response:
        turn = next(turns)
        return turn if isinstance(turn, Response) else turn(orders)

    return answer


def refuse(numbers: Sequence[str]) -> Script:
    def answer(orders: list[Order]) -> Response:
        return results(
            *[
                invalid(f"{order['number']} is refused") if order["number"] in numbers else ACCEPTED
                for order in orders
            ]
        )

    return answer


def lines(count: int) -> list[Line]:
    return [Line(n, {**ORDER, "number": f"N{n}"}, source={"工单号": f"N{n}"}) for n in range(1, count + 1)]


async def sent(given: Sequence[Line] | Iterator[Line], gateway: Gateway, **more: Any) -> Report:
    async with GraphQLClient(gateway.url, "T", timeout_seconds=5) as client:
        return await send(given, client, Progress(io.StringIO()), pauses_seconds=QUICK, **more)


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


# Refused rows as a file


async def refused_rows(path: Path, refused: Path, script: Script) -> tuple[int, str]:
    out = io.StringIO()
    async with serving(script) as gateway, GraphQLClient(gateway.url, "T") as client:
        return await intake(path, client, refused=refused, out=out), out.getvalue()


def order_file(folder: Path, suffix: str) -> Path:
    """Three rows, of which N3 cannot be read."""
    rows = [
        {**ROW, **FUSION, "工单号": number, "要求完成时间": "2026-11-22"} for number in ("N1", "N2", "N3")
    ]
    rows[2]["工单类型"] = "?"
    if suffix == ".xlsx":
        dates = [{**row, "要求完成时间": date(2026, 11, 22), "关联工单数量": 2} for row in rows]
        return xlsx_file(folder, list(rows[0]), *[list(row.values()) for row in dates])
    if suffix in {".csv", ".tsv"}:
        made = csv_file(folder, *rows, delimiter="\t" if suffix == ".tsv" else ",")
        return made.rename(folder / f"orders{suffix}")
    text = json.dumps(rows) if suffix == ".json" else "\n".join(map(json.dumps, rows))
    return text_file(folder, f"orders{suffix}", text)


@pytest.mark.parametrize("suffix", WRITERS)
async def test_refused_rows_can_be_corrected_and_sent_again(tmp_path: Path, suffix: str) -> None:
    path, refused, again = (
        order_file(tmp_path, suffix),
        tmp_path / f"refused{suffix}",
        tmp_path / f"again{suffix}",
    )
    _, second, _ = read_orders(path)

    code, told = await refused_rows(path, refused, refuse(["N2"]))

    assert code == 1
    assert f"The refused rows are in {refused}" in told
    first_again, last_again = read_orders(refused)
    assert first_again.order == second.order
    assert "拒绝原因" in first_again.source
    assert "N2 is refused" in str(first_again.source["拒绝原因"])
    assert last_again.order is None
    assert "工单类型 is “?”" in str(last_again.source["拒绝原因"])
    await refused_rows(refused, again, refuse(["N2"]))
    assert [list(line.source) for line in read_orders(again)] == [list(first_again.source)] * 2


async def test_without_refusals_no_file_comes_into_being(tmp_path: Path) -> None:
    path = text_file(tmp_path, "orders.jsonl", json.dumps(ORDER))
    refused = tmp_path / "refused.jsonl"

    code, told = await refused_rows(path, refused, accept_all)

    assert (code, told) == (0, "1 orders: 1 accepted, 0 duplicate, 0 amended, 0 refused.\n")
    assert not refused.exists()


async def test_the_reason_stands_under_an_english_heading_among_english_ones(tmp_path: Path) -> None:
    path, refused = text_file(tmp_path, "orders.jsonl", json.dumps(ORDER)), tmp_path / "refused.jsonl"

    await refused_rows(path, refused, refuse(["N1"]))

    assert json.loads(refused.read_text(encoding="utf-8")) == {**ORDER, "refusal": "N1 is refused"}


async def test_a_damaged_line_is_written_out_whole(tmp_path: Path) -> None:
    path, refused = text_file(tmp_path, "orders.jsonl", '{"number": "N1", '), tmp_path / "refused.jsonl"

    await refused_rows(path, refused, accept_all)

    assert json.loads(refused.read_text(encoding="utf-8"))["unreadable"] == '{"number": "N1",'


async def test_cells_beyond_the_headings_are_still_beyond_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ROW)
    path.write_text(path.read_text(encoding="utf-8").replace("85号", "85号,3号楼"), encoding="utf-8")
    refused = tmp_path / "refused.csv"

    await refused_rows(path, refused, accept_all)

    (line,) = read_orders(refused)
    assert line.order is None
    assert "cells under 7 headings" in line.problems[0]
    assert "3号楼" in refused.read_text(encoding="utf-8-sig")


async def test_no_refused_cell_becomes_a_formula_and_every_number_stays_as_typed(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [*list(ROW)[1:], "工单号"], [*list(ROW.values())[1:], 7])
    refused = tmp_path / "refused.xlsx"

    await refused_rows(path, refused, lambda _: results(invalid("=1+1\0")))

    sheet = load_workbook(refused).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet[2]][-2:] == [("7", "s"), ("=1+1\ufffd", "s")]


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("orders.jsonl", "is the file being sent"),
        ("refused.csv", "must end with .jsonl"),
        ("none/refused.jsonl", "cannot be written: No such file or directory"),
    ],
)
async def test_a_place_where_refused_rows_cannot_go_is_told(tmp_path: Path, refused: str, said: str) -> None:
    path = text_file(tmp_path, "orders.jsonl", json.dumps(ORDER))

    code, told = await refused_rows(path, tmp_path / refused, refuse(["N1"]))

    assert code == 1
    assert said in told
    assert path.read_text(encoding="utf-8") == json.dumps(ORDER)


def test_every_format_that_is_read_is_written(tmp_path: Path) -> None:
    for suffix in READERS:
        with RefusedFile(tmp_path / f"a{suffix}", tmp_path / f"b{suffix}") as file:
            file.add(Line(1, None, source=ROW), "?")

        assert [line.order for line in read_orders(tmp_path / f"a{suffix}")] == [ORDER]


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


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_that_changes() -> None:
    out = Terminal()
    progress = Progress(out)

    progress.step(100)
    progress.step(1200)
    progress.finish()

    assert out.getvalue().count("\n") == 1
    assert out.getvalue().startswith("\r100 lines, ")
    assert "\r1,200 lines, " in out.getvalue()


def test_a_log_gets_a_line_for_each_thousand() -> None:
    out = io.StringIO()
    progress = Progress(out)

    for done in range(100, 3001, 100):
        progress.step(done)
    progress.finish()

    assert [text.split(",")[0] for text in out.getvalue().splitlines()] == ["1", "2", "3"]
