"""A field's shape in words, and in TypeScript."""

from msgspec import inspect as shapes


def in_words(shape: shapes.Type) -> str:
    """Return a shape as a person reads it: `text (1 to 40)`, `whole number (0 to 4)`."""
    match shape:
        case shapes.StrType():
            return "text" + _range(shape.min_length, shape.max_length)
        case shapes.IntType():
            return "whole number" + _range(shape.ge, shape.le)
        case shapes.ListType():
            return (
                f"list{_range(shape.min_length, shape.max_length)} of {in_words(shape.item_type)}"
            )
        case shapes.LiteralType():
            return " \\| ".join(f"`{value}`" for value in shape.values)
        case shapes.UnionType():
            return " or ".join(in_words(each) for each in shape.types)
        case _:
            return _plain(shape)


def in_typescript(shape: shapes.Type) -> str:
    """Return a shape as a TypeScript type."""
    match shape:
        case shapes.StrType():
            return "string"
        case shapes.IntType() | shapes.FloatType():
            return "number"
        case shapes.ListType():
            inner = in_typescript(shape.item_type)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case shapes.LiteralType():
            return " | ".join(f'"{value}"' for value in shape.values)
        case shapes.UnionType():
            return " | ".join(in_typescript(each) for each in shape.types)
        case _:
            return _plain(shape).replace("yes or no", "boolean").replace("nothing", "null")


def _plain(shape: shapes.Type) -> str:
    match shape:
        case shapes.BoolType():
            return "yes or no"
        case shapes.NoneType():
            return "nothing"
        case shapes.StructType():
            return shape.cls.__name__
        case _:
            raise TypeError(f"the wire has no {type(shape).__name__}")


def _range(low: int | float | None, high: int | float | None) -> str:
    match low, high:
        case None, None:
            return ""
        case None, most:
            return f" (at most {_number(most)})"
        case least, None:
            return f" (at least {_number(least)})"
        case least, most if least == most:
            return f" ({_number(most)})"
        case least, most:
            return f" ({_number(least)} to {_number(most)})"


def _number(value: int | float | None) -> str:
    return "2^53" if value == 2**53 else f"{value:,}"
