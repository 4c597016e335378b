from bot.cli.bench import BENCHMARKS
from tests.bot.cli.terminal import ROOT, Terminal


def test_unknown_benchmark_is_named_with_those_there_are(terminal: Terminal) -> None:
    said = terminal("bench", "nonsense")
    assert said.code == 2
    assert "没有名为“nonsense”的测速项" in said.err
    assert all(name in said.err for name in BENCHMARKS)


def test_every_benchmark_is_there_to_be_run() -> None:
    for name in BENCHMARKS:
        assert (ROOT / "tests" / "bench" / f"{name}.py").is_file()
