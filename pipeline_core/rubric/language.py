"""Tell the language of a text from its most frequent words."""

import re
from collections.abc import Sequence

_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        ["the", "and", "of", "to", "in", "is", "for", "we", "our", "it", "that", "are", "be", "with", "not", "from", "or", "by", "have", "this", "can", "they", "an", "as", "at", "on", "would", "what", "which", "nobody", "all", "will", "no"]
    ),
    "de": frozenset(
        ["der", "die", "das", "und", "ist", "wir", "nicht", "ein", "eine", "mit", "für", "auf", "sich", "den", "dem", "von", "zu", "es", "werden", "wird", "sie", "bei", "oder", "aus", "unsere", "soll", "kein", "nach", "im", "am", "noch"]
    ),
    "fr": frozenset(
        ["le", "la", "les", "et", "des", "est", "nous", "une", "un", "pour", "pas", "dans", "que", "qui", "sur", "par", "du", "au", "ne", "avec", "ce", "sont", "aux", "nos", "il", "elle", "ou", "notre", "chaque", "on"]
    ),
    "es": frozenset(
        ["el", "la", "los", "las", "y", "de", "que", "es", "en", "un", "una", "por", "para", "con", "no", "se", "del", "al", "nos", "son", "lo", "su", "cada", "hay", "nuestro", "nuestra", "queremos", "más", "sin"]
    ),
    "it": frozenset(
        ["il", "la", "i", "gli", "le", "e", "di", "che", "è", "in", "un", "una", "per", "con", "non", "si", "del", "della", "sono", "nel", "ogni", "noi", "lo", "alla", "dei", "abbiamo", "nostri", "anche"]
    ),
    "pt": frozenset(
        ["o", "a", "os", "as", "e", "de", "que", "é", "em", "um", "uma", "por", "para", "com", "não", "se", "do", "da", "são", "no", "na", "dos", "das", "nós", "cada", "nosso", "queremos", "mais", "sem", "ao"]
    ),
    "nl": frozenset(
        ["de", "het", "een", "en", "van", "is", "wij", "niet", "voor", "met", "op", "zijn", "dat", "die", "te", "aan", "onze", "wordt", "naar", "door"]
    ),
    "pl": frozenset(["i", "w", "nie", "na", "się", "jest", "do", "że", "z", "to", "przez", "dla", "są", "jak", "po", "oraz", "nasze", "mamy"]),
    "sv": frozenset(["och", "att", "det", "som", "en", "på", "är", "av", "för", "med", "den", "till", "inte", "har", "vi", "ett", "om"]),
    "tr": frozenset(["ve", "bir", "bu", "için", "ile", "da", "de", "çok", "daha", "olan", "gibi", "her", "ne", "biz"]),
    "fi": frozenset(["ja", "on", "ei", "se", "että", "oli", "ovat", "myös", "joka", "mutta", "kuin", "tai", "sekä", "me"]),
    "cs": frozenset(["a", "se", "na", "je", "v", "že", "to", "s", "z", "do", "pro", "ve", "jsou", "si", "jako", "nebo", "není"]),
}
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
JUDGED = ("en", "de", "es", "fr", "it", "ja", "pt")
"""Languages the built-in rubric was tried in."""
_SHARE_OF_SCRIPT = 0.2
_FEW_WORDS = 12


def language_of(texts: Sequence[str]) -> str:
    """Return the ISO 639-1 code of a text, or `und` where it cannot be told."""
    text = " ".join(texts)
    letters = sum(char.isalpha() for char in text)
    if not letters:
        return "und"
    for code, script in _SCRIPTS:
        if len(script.findall(text)) >= _SHARE_OF_SCRIPT * letters:
            return code
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {code: sum(word in known for word in words) for code, known in _WORDS.items()}
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    if counts[best] == 0:
        return "en" if len(words) <= _FEW_WORDS and text.isascii() else "und"
    return best
