"""Compiling long lists in a process of their own: building an automaton stops every thread.

What comes back is loaded in pieces, each in a few milliseconds, so that messages are judged by the
old lists meanwhile and by the new ones from one moment to the next.
"""

import gc
import pickle
from collections.abc import Iterable
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from bot.domain.spellings import TechniquePolicy
from plugins.content.matching.compiling import Compiled, compile_table
from plugins.content.matching.entries import Listed
from plugins.content.matching.table import WordTable

_WORTH_A_PROCESS: Final = 5000
"""Shorter lists compile in less time than a process needs to start."""
_NO_WORDS: Final = WordTable(())


def compile_aside(entries: Iterable[Listed], policy: TechniquePolicy) -> Compiled:
    """As ``compile_words``; long lists in a child process. Blocks the calling thread only.

    Raises:
        ChildProcessError: the child ended before it was done, for want of memory as a rule.
    """
    table = WordTable(entries)
    if len(table) <= _WORTH_A_PROCESS:
        return compile_table(table, policy)
    context = get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_compile, args=(there,), daemon=True)
    child.start()
    there.close()
    try:
        here.send((table, policy))
        rest, automaton, hearing = (here.recv_bytes() for _ in range(3))
    except (EOFError, OSError) as error:
        raise ChildProcessError("the process that compiles the word lists ended early") from error
    finally:
        here.close()
        child.join()
    compiled: Compiled = pickle.loads(rest)  # noqa: S301  # our own child wrote it
    return replace(
        compiled,
        table=table,
        automaton=automaton,
        hearing=replace(compiled.hearing, automaton=hearing),
    )


def _compile(connection: Connection) -> None:
    # A million small objects that all stay: looking for garbage among them takes longer than work.
    gc.disable()
    with connection:
        table, policy = connection.recv()
        compiled = compile_table(table, policy)
        small = replace(
            compiled,
            table=_NO_WORDS,
            automaton=b"",
            hearing=replace(compiled.hearing, automaton=b""),
        )
        connection.send_bytes(pickle.dumps(small, pickle.HIGHEST_PROTOCOL))
        connection.send_bytes(compiled.automaton)
        connection.send_bytes(compiled.hearing.automaton)
