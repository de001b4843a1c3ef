"""What went wrong in a run, said in one line. Pure."""


def first_of(problem: BaseException) -> BaseException:
    """Return the first problem of a group, and of the groups in it."""
    inner: tuple[BaseException, ...] = getattr(problem, "exceptions", ())
    return first_of(inner[0]) if inner else problem


def said(problem: BaseException) -> str:
    """Say what it is; what waited too long has no words of its own."""
    if isinstance(problem, TimeoutError) and not str(problem):
        return "something took too long (is the machine busy with other things?)"
    return f"{type(problem).__name__}: {problem}"
