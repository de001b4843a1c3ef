"""From a msgspec type to values of it: Hypothesis strategies within the bounds of the type."""

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

EXACT = 2**53
"""Whole numbers up to here mean the same to every reader of the wire."""


def values(kind: object) -> st.SearchStrategy[msgspec.Struct]:
    """Return Structs of a type, or of any type of a union."""
    return st.one_of([structs(one) for one in members(kind)])


def structs(shape: inspect.StructType) -> st.SearchStrategy[msgspec.Struct]:
    """Return Structs of one type: each optional field there or not."""
    needed = {one.name: field(one.type) for one in shape.fields if one.required}
    free = {one.name: field(one.type) for one in shape.fields if not one.required}
    fields = st.fixed_dictionaries(needed, optional=free)
    return fields.map(lambda given: shape.cls(**given))


def members(kind: object) -> list[inspect.StructType]:
    """Return the Structs of a union, or the one Struct there is."""
    shape = inspect.type_info(kind)
    shapes = shape.types if isinstance(shape, inspect.UnionType) else (shape,)
    found = [one for one in shapes if isinstance(one, inspect.StructType)]
    assert len(found) == len(shapes)
    return found


def field(shape: inspect.Type) -> st.SearchStrategy[object]:
    """Return what one field may hold."""
    match shape:
        case inspect.StructType():
            return structs(shape)
        case inspect.StrType(pattern=str(pattern), max_length=longest):
            found = st.from_regex(pattern, fullmatch=True)
            return found.filter(lambda text: longest is None or len(text) <= longest)
        case inspect.StrType(min_length=least, max_length=most):
            return st.text(min_size=least or 0, max_size=min(most or 60, (least or 0) + 60))
        case inspect.IntType(ge=least, le=most):
            return st.integers(-EXACT if least is None else least, most or EXACT)
        case inspect.ListType(item_type=item, max_length=most):
            return st.lists(field(item), max_size=min(most or 3, 3))
        case inspect.VarTupleType(item_type=item):
            return st.lists(field(item), max_size=3).map(tuple)
        case inspect.TupleType(item_types=items):
            return st.tuples(*(field(one) for one in items))
        case _:
            return _choice(shape)


def _choice(shape: inspect.Type) -> st.SearchStrategy[object]:
    match shape:
        case inspect.UnionType(types=types):
            return st.one_of([field(one) for one in types])
        case inspect.LiteralType(values=choices):
            return st.sampled_from(choices)
        case inspect.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case _:
            raise AssertionError(f"no values for {shape}")
