import io

from gateway.progress import Progress


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
