"""The key of the staff's secrets: one file, made once, in the folder of keys.

The folder lies apart from the store (`store.keys`); whoever calls has made sure of it. From the
same key that of the audit trail is derived (`staff/chain.py`).
"""

from pathlib import Path
from typing import Final

from store.key_files import made_key

NAME: Final = "staff.key"


def staff_key(folder: Path) -> bytes:
    """Return the key in this folder, made if there is none.

    Raises:
        WrongKeys: it can't be read or made; the text says what to do.
    """
    return made_key(folder / NAME)
