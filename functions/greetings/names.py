"""Which texts are names, and which names are the same. Pure."""

import unicodedata
from hashlib import sha256

LONGEST_NAME = 64  # code points, composed
# bytes: the sort key of an index has at most 1,024, three of them for the day
LONGEST_NAME_KEY = 1021


def composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def is_name(name: str) -> bool:
    """Letters of any script, with their combining marks, 64 at most."""
    text = composed(name)
    if not 1 <= len(text) <= LONGEST_NAME or not unicodedata.category(text[0]).startswith("L"):
        return False
    # str.isalpha() would refuse the vowel signs of Devanagari, say
    return all(unicodedata.category(char)[0] in "LM" for char in text)


def name_key(name: str) -> str:
    """The same for all spellings of a name in any case and Unicode form.

    Unicode Standard, section 3.13, D146: compatibility caseless matching.
    """
    text = unicodedata.normalize("NFD", name).casefold()
    text = unicodedata.normalize("NFKD", text).casefold()
    key = unicodedata.normalize("NFKC", text)
    # a letter such as U+FDFA becomes eighteen
    raw = key.encode()
    return key if len(raw) <= LONGEST_NAME_KEY else sha256(raw).hexdigest()
