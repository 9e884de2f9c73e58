"""Defects that break what calls of one API have to do with one another."""

from __future__ import annotations

from typing import Final

from support.defects.model import Defect, Edit

_DELETED: Final = '"DELETE FROM passages WHERE bank = ? AND document = ?", (bank, document)'
_ENDS: Final = (
    "    yield _event(ChatCompletionResponseEventType.complete, stop_reason=answer.stop_reason)\n"
    "\n\ndef _event("
)
_BEGINS: Final = "    yield _event(ChatCompletionResponseEventType.start)\n    for word in answer.words:\n"
_SESSION: Final = "        await shelf.do(lambda store: store.delete_session(session_id))\n"

LAWS: Final = (
    Defect(
        "keeps a document beside the one of its identifier",
        "PC881",
        "memory",
        (Edit("store.py", _DELETED, _DELETED.replace('document = ?"', 'document = ? AND 0"')),),
    ),
    Defect(
        "finds the worst first",
        "PC881",
        "memory",
        (Edit("store.py", "ORDER BY score DESC", "ORDER BY score ASC"),),
    ),
    Defect(
        "finds more than was asked for",
        "PC881",
        "memory",
        (Edit("memory.py", "store.search(bank_id, words, limit)", "store.search(bank_id, words, 50)"),),
    ),
    Defect(
        "finds nothing of what was inserted",
        "PC881",
        "memory",
        (Edit("memory.py", "store.replace(bank_id, passages, ttl_seconds)", "None"),),
    ),
    Defect(
        "ends a stream without its end",
        "PC882",
        "inference_scripted",
        (Edit("inference.py", _ENDS, "\n\ndef _event("),),
    ),
    Defect(
        "does not say why a stream ends",
        "PC882",
        "inference_scripted",
        (Edit("inference.py", _ENDS, _ENDS.replace(", stop_reason=answer.stop_reason", "")),),
    ),
    Defect(
        "begins a stream with its first word",
        "PC882",
        "inference_scripted",
        (Edit("inference.py", _BEGINS, "    for word in answer.words:\n"),),
    ),
    Defect(
        "streams an answer without its first word",
        "PC882",
        "inference_scripted",
        (Edit("inference.py", _BEGINS, _BEGINS.replace("answer.words", "answer.words[1:]")),),
    ),
    Defect(
        "embeds the last text first",
        "PC883",
        "inference",
        (
            Edit(
                "inference.py",
                "embedding_dimension) for text in texts]",
                "embedding_dimension) for text in [*texts][::-1]]",
            ),
        ),
    ),
    Defect(
        "keeps a session that was deleted",
        "PC884",
        "agents",
        (Edit("agents.py", _SESSION, ""),),
    ),
)
