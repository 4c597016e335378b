"""The verdict on a day: whole and balanced, or what was missing is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.demo.narrator import Narrator
from bot.cli.demo.outcome import Outcome, Step
from bot.cli.demo.reckoning import Reckoning
from data.ledger import ChainReport

GOOD = Outcome(
    seed=1,
    seconds=61.5,
    steps=(Step("开门"), Step("换名片")),
    events=90,
    findings=15,
    measures={("recall", "done"): 8, ("recall", "withheld"): 1, ("remind", "failed"): 2},
    receipts=8,
    refused=1,
    held=2,
    reckoning=Reckoning(),
    chain=ChainReport(ok=True, rows=169, first_bad=None, head="a"),
    story=("一句",),
    folder=Path("var/demo/day"),
)
FLAWED = (
    (replace(GOOD, steps=(Step("开门"), Step("换名片", "群里的名片提醒"))), "群里的名片提醒"),
    (replace(GOOD, reckoning=Reckoning(lost=["消息 7 没有入账"])), "遗漏：消息 7 没有入账"),
    (replace(GOOD, reckoning=Reckoning(doubled=["说了 2 遍"])), "重复：说了 2 遍"),
    (replace(GOOD, reckoning=Reckoning(unrecorded=["动作"])), "未记账：动作"),
    (
        replace(GOOD, chain=ChainReport(ok=False, rows=4, first_bad=5, head="a")),
        "断在第 5 环",
    ),
)


def shown(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> str:
    outcome.show(Narrator(fast=True, aside=False))
    return capsys.readouterr().out


def test_a_whole_and_balanced_day_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert GOOD.good
    text = shown(GOOD, capsys)
    assert "2 幕全部发生，账目相符" in text
    assert "✗" not in text
    row = next(line for line in text.splitlines() if line.split()[:1] == ["撤回"])
    assert row.split() == ["撤回", "8", "1", "-", "-"]


@pytest.mark.parametrize(("outcome", "said"), FLAWED)
def test_a_flawed_day_is_not_good_and_says_why(
    outcome: Outcome, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not outcome.good
    text = shown(outcome, capsys)
    assert said in text
    assert "账目相符" not in text


def test_the_document_has_the_fields_of_the_contract() -> None:
    document = GOOD.document()
    figures = {name: document[name] for name in ("events", "findings", "measures", "receipts")}
    assert figures == {"events": 90, "findings": 15, "measures": 11, "receipts": 8}
    assert (document["refused"], document["held"]) == (1, 2)
    assert (document["lost"], document["doubled"]) == (0, 0)
    assert document["measures_by_kind"]["recall"] == {"done": 8, "withheld": 1}
