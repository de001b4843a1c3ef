"""What can go wrong for a client. No error bears the text of a line, a password or a token."""


class ClientError(Exception):
    """The root: everything that the SDK raises by itself."""


class Unreachable(ClientError):
    """The server did not answer, or not in a way that could be understood."""

    def __init__(self, problem: str) -> None:
        """`problem` is the name of what happened, such as an exception's class."""
        self.problem = problem
        super().__init__(f"the server can't be reached ({problem})")


class Malformed(ClientError):
    """A frame or a body was not what the protocol says."""

    def __init__(self, what: str) -> None:
        """`what` names the part that was malformed, never its content."""
        self.what = what
        super().__init__(f"malformed {what}")


class Denied(ClientError):
    """The door stays shut: an answer over HTTP said no."""

    def __init__(self, status: int, reason: str) -> None:
        """`reason` is the server's word: `too_many`, `full`, `closed`, `wrong`, ..."""
        self.status = status
        self.reason = reason
        super().__init__(f"denied: {reason} ({status})")


class Refused(ClientError):
    """A command was well-formed, but the server did not carry it out."""

    def __init__(self, reason: str) -> None:
        """`reason` is one of the protocol's reasons for refusal."""
        self.reason = reason
        super().__init__(f"refused: {reason}")


class Lost(ClientError):
    """The socket closed for good: coming back would not help."""

    def __init__(self, code: int, reason: str) -> None:
        """`code` and `reason` are those of the close frame."""
        self.code = code
        self.reason = reason
        super().__init__(f"closed: {reason} ({code})")


class TimedOut(ClientError):
    """What was awaited did not come in time."""

    def __init__(self, what: str, seconds: float) -> None:
        """`what` names a fact or a step, never a text."""
        self.what = what
        self.seconds = seconds
        super().__init__(f"{what} did not come within {seconds:g} s")


class FellBehind(ClientError):
    """A reader of events was so slow that events were dropped before it saw them."""

    def __init__(self, missed: int) -> None:
        """`missed` is how many events are gone."""
        self.missed = missed
        super().__init__(f"{missed} events were dropped before they were read")
