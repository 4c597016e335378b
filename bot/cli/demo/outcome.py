"""How the day came out: the figures, the table, the verdict."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.demo.narrator import Narrator
from bot.cli.demo.reckoning import Reckoning
from bot.cli.demo.theatre import Theatre
from bot.domain.measures import MeasureKind, MeasureState
from data.ledger import ChainReport

_STATES = (MeasureState.DONE, MeasureState.WITHHELD, MeasureState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Step:
    """One scene; ``missing`` says what of it did not happen."""

    title: str
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The day in figures, all from the ledger and the college's journal."""

    seed: int
    seconds: float
    steps: Sequence[Step]
    events: int
    findings: int
    measures: Mapping[tuple[str, str], int]
    receipts: int
    refused: int
    held: int
    reckoning: Reckoning
    chain: ChainReport
    story: Sequence[str]
    folder: Path

    @property
    def good(self) -> bool:
        """Every step happened and the books agree."""
        happened = not any(step.missing for step in self.steps)
        return happened and self.reckoning.balanced and self.chain.ok

    def document(self) -> dict[str, Any]:
        """The JSON document of the contract, and what else a script may want."""
        kinds: dict[str, dict[str, int]] = {}
        for (kind, state), count in sorted(self.measures.items()):
            kinds.setdefault(kind, {})[state] = count
        return {
            "events": self.events,
            "findings": self.findings,
            "measures": sum(self.measures.values()),
            "receipts": self.receipts,
            "refused": self.refused,
            "held": self.held,
            "lost": len(self.reckoning.lost),
            "doubled": len(self.reckoning.doubled),
            "unrecorded": len(self.reckoning.unrecorded),
            "discrepancies": list(self.reckoning.discrepancies()),
            "measures_by_kind": kinds,
            "chain": {"ok": self.chain.ok, "rows": self.chain.rows},
            "steps": [
                {"title": step.title, "happened": not step.missing, "missing": step.missing or None}
                for step in self.steps
            ],
            "story": list(self.story),
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
        }

    def show(self, narrator: Narrator) -> None:
        """The two tables and the verdict."""
        narrator.line("")
        narrator.table(
            "今天的处置", ("处置", *(one.label for one in _STATES), "其他"), self._kinds()
        )
        chain = (
            f"完好，{self.chain.rows} 环" if self.chain.ok else f"断在第 {self.chain.first_bad} 环"
        )
        narrator.table(
            "今天的账",
            ("项目", "数目"),
            (
                ("事件（消息、名单、通知）", f"{self.events}"),
                ("发现", f"{self.findings}"),
                ("处置", f"{sum(self.measures.values())}"),
                ("回执", f"{self.receipts}"),
                ("拒绝的冒充连接", f"{self.refused}"),
                ("留给人决定或拦下的", f"{self.held}"),
                ("遗漏", f"{len(self.reckoning.lost)}"),
                ("重复", f"{len(self.reckoning.doubled)}"),
                ("未记账", f"{len(self.reckoning.unrecorded)}"),
                ("账本的链", chain),
            ),
        )
        for one in (*self._missing(), *self.reckoning.discrepancies()):
            narrator.line(f"✗ {one}", "bold red")
        if self.good:
            verdict = f"{len(self.steps)} 幕全部发生，账目相符，用时 {self.seconds:.0f} 秒。"
            narrator.line(verdict, "bold green")
            narrator.line(
                f"换个剧本：qungui demo --seed {self.seed + 1}"
                "    留着服务四处看看：qungui demo --serve",
                "dim",
            )
        folder = os.path.relpath(self.folder)
        narrator.line(
            f"现场都在 {folder}：账本、平台记录 journal.jsonl、服务日志 service.log", "dim"
        )

    def _kinds(self) -> list[tuple[str, ...]]:
        rows = []
        for kind in MeasureKind:
            counts = Counter({state: n for (one, state), n in self.measures.items() if one == kind})
            if not counts:
                continue
            shown = [counts.pop(state, 0) for state in _STATES]
            rows.append((kind.label, *(str(n or "-") for n in (*shown, sum(counts.values())))))
        return rows

    def _missing(self) -> list[str]:
        return [f"没有发生：{step.title}：{step.missing}" for step in self.steps if step.missing]


async def sum_up(theatre: Theatre, seed: int, steps: Sequence[Step], seconds: float) -> Outcome:
    """Count everything again from the books."""
    ledger = theatre.ledger
    measures = await ledger.measures()
    return Outcome(
        seed=seed,
        seconds=seconds,
        steps=steps,
        events=len(await ledger.event_ids()),
        findings=await ledger.findings(),
        measures=Counter((one.kind, one.state) for one in measures),
        receipts=sum(one.receipt is not None for one in measures),
        refused=theatre.script.refused,
        held=await ledger.held_imports() + await ledger.held_joins(),
        reckoning=await theatre.reckoned(),
        chain=await ledger.chain(),
        story=tuple(theatre.narrator.story),
        folder=theatre.premises.folder,
    )
