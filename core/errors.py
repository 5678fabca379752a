"""What can go wrong? One tree; each error carries its facts and says one sentence."""

from __future__ import annotations

from typing import Any

TOLD = 20
"""How many of many are named in a sentence."""


class EventscopeError(Exception):
    """Anything Eventscope refuses or cannot do; its text is a sentence for a person."""


class CommandRefused(EventscopeError):
    """The rules said no; nothing was written."""

    def __init__(self, command: Any, state: Any, reason: str) -> None:
        super().__init__(reason)
        self.command, self.state, self.reason = command, state, reason


class VersionConflict(EventscopeError):
    """Someone else was faster; read again and decide again."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, not at version {expected} as expected.")
        self.stream, self.expected, self.actual = stream, expected, actual


class DuplicateEvent(EventscopeError):
    """An event id is already taken by another event."""

    def __init__(self, event_id: Any, stream: str) -> None:
        super().__init__(f"Event {event_id} is already in the log, at another place ({stream}).")
        self.event_id, self.stream = event_id, stream


class InvalidEvent(EventscopeError):
    """An event that cannot be kept exactly; nothing was written."""

    def __init__(self, event: Any, where: str, reason: str) -> None:
        super().__init__(f"{type(event).__name__}.{where} {reason}.")
        self.event, self.where, self.reason = event, where, reason


class InvalidStream(EventscopeError):
    """A stream id that no store can keep."""

    def __init__(self, stream: str, reason: str) -> None:
        super().__init__(f"{stream!r} cannot name a stream: {reason}.")
        self.stream, self.reason = stream, reason


class UnknownEvent(EventscopeError):
    """The log holds a type (or a newer schema of one) that this program does not know."""

    def __init__(self, name: str, position: int) -> None:
        super().__init__(f"The event at position {position} is a {name}, which is not known here.")
        self.name, self.position = name, position


class UnreadableEvent(EventscopeError):
    """Stored bytes that are not the event they claim to be."""

    def __init__(self, name: str, position: int, reason: str) -> None:
        super().__init__(f"The {name} at position {position} cannot be read: {reason}.")
        self.name, self.position, self.reason = name, position, reason


class StreamNotFound(EventscopeError):
    """No event of this stream up to the moment asked for."""

    def __init__(self, stream: str, at: str = "now") -> None:
        kind, _, key = stream.partition("-")
        when = "" if at == "now" else f" at {at}"
        super().__init__(f"There is no {kind} {key!r}{when}.")
        self.stream, self.at = stream, at


class BadMoment(EventscopeError):
    """Not a moment in any form we read."""

    def __init__(self, text: str, reason: str = "") -> None:
        forms = (
            "say now, v7 (a version), @1201 (a position), a time such as 2017-11-24 17:00, or "
            "words such as Friday 17:00, yesterday 9:00, 3 days before, end of November 2017"
        )
        super().__init__(f"{text!r} is not a moment: {reason or forms}.")
        self.text, self.reason = text, reason


class UnknownZone(EventscopeError):
    """Not a time zone of the IANA list."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no time zone {name!r}; say one such as Europe/Berlin or UTC.")
        self.name = name


class BadCondition(EventscopeError):
    """A condition that cannot be understood; `column` (from 0) is where."""

    def __init__(self, text: str, column: int, reason: str) -> None:
        column = min(max(column, 0), len(text))
        told = f"The condition is wrong at column {column + 1}: {reason}"
        told += "" if reason.endswith(("?", ".")) else "."
        super().__init__(f"{told}\n  {text}\n  {' ' * column}^")
        self.text, self.column, self.reason = text, column, reason


class UnknownField(EventscopeError):
    """A state that never had a field of this name."""

    def __init__(self, name: str, known: list[str]) -> None:
        told = ", ".join(known[:TOLD]) + (f" and {len(known) - TOLD:,} more" * (len(known) > TOLD))
        super().__init__(f"There is no field {name!r}; there are {told}.")
        self.name, self.known = name, known


class BeyondHead(EventscopeError):
    """A position the log has not reached."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(f"Position {position} is beyond the head of the log, position {head}.")
        self.position, self.head = position, head


class NoSuchVersion(EventscopeError):
    """A version the stream has not reached."""

    def __init__(self, stream: str, version: int, last: int) -> None:
        super().__init__(f"{stream} has {last} versions; there is no version {version}.")
        self.stream, self.version, self.last = stream, version, last


class VersionNeedsOrder(EventscopeError):
    """`v7` was said where no order was named."""

    def __init__(self, version: int) -> None:
        super().__init__(f"v{version} is a version of one order, and no order was named here.")
        self.version = version


class BrokenChain(EventscopeError):
    """The log was altered; this is the first position that no longer holds."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"The log is broken at position {position}: {reason}.")
        self.position, self.reason = position, reason


class UnknownView(EventscopeError):
    """No read model of this name."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no view {name!r}; there are {', '.join(known)}.")
        self.name, self.known = name, known


class UnknownStore(EventscopeError):
    """A URL no store answers to."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} names no store: {reason}.")
        self.url, self.reason = url, reason


class StoreUnavailable(EventscopeError):
    """The store cannot be used now: missing, locked, read-only, full, damaged or foreign."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"The store {url} cannot be used: {reason}.")
        self.url, self.reason = url, reason


class BadRow(EventscopeError):
    """A row of a foreign file (line 0: the file itself) that cannot be understood."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}." if line else f"{file}: {reason}.")
        self.file, self.line, self.reason = file, line, reason


class BadImport(EventscopeError):
    """A set of foreign files that cannot be imported; each bad row is named."""

    def __init__(self, rows: list[BadRow]) -> None:
        told = [str(row) for row in rows[:TOLD]]
        if len(rows) > TOLD:
            told.append(f"and {len(rows) - TOLD:,} more.")
        super().__init__("\n".join([*told, "Nothing was imported."]))
        self.rows = rows


class BadCitation(EventscopeError):
    """Text that is no citation of a moment."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{said[:40]!r} is no citation: copy the whole of it, to its last letter.")
        self.said = said


class BadQuery(EventscopeError):
    """SQL that cannot be answered; `column` (from 0) is where, if that is known."""

    def __init__(self, sql: str, reason: str, column: int | None = None) -> None:
        place = ""
        if column is not None:
            line = sql.count("\n", 0, column)
            begins = sql.rfind("\n", 0, column) + 1
            text = sql[begins:].partition("\n")[0]
            place = f"\n  {text}\n  {' ' * (column - begins)}^" + (f" line {line + 1}" * bool(line))
        super().__init__(f"The query cannot be answered: {reason}.{place}")
        self.sql, self.reason, self.column = sql, reason, column


class UnknownRelation(EventscopeError):
    """A table nobody keeps."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no table {name!r}; there are {', '.join(known)}.")
        self.name, self.known = name, known


class CannotExport(EventscopeError):
    """A file or a frame that cannot be made; nothing was left half-written."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} cannot be made: {reason}.")
        self.what, self.reason = what, reason
