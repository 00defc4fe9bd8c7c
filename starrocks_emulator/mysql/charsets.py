"""Character sets of MySQL and the Python codecs that read and write them.

Source of the collation numbers: `SHOW COLLATION` of MySQL 8.0.
"""

from starrocks_emulator.results import SqlError

_CODECS = {
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "utf8": "utf-8",
    "binary": "utf-8",
    "ascii": "ascii",
    "latin1": "cp1252",
    "latin2": "iso8859-2",
    "latin5": "iso8859-9",
    "latin7": "iso8859-13",
    "greek": "iso8859-7",
    "hebrew": "iso8859-8",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1256": "cp1256",
    "cp1257": "cp1257",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "tis620": "tis-620",
    "gbk": "gbk",
    "gb2312": "gb2312",
    "gb18030": "gb18030",
    "big5": "big5",
    "sjis": "shift_jis",
    "cp932": "cp932",
    "ujis": "euc_jp",
    "euckr": "euc_kr",
}

_COLLATIONS: dict[int, str] = {
    **dict.fromkeys((1, 84), "big5"),
    **dict.fromkeys((2, 9, 21, 27, 77), "latin2"),
    **dict.fromkeys((5, 8, 15, 31, 47, 48, 49, 94), "latin1"),
    **dict.fromkeys((7, 74), "koi8r"),
    **dict.fromkeys((11, 65), "ascii"),
    **dict.fromkeys((12, 91), "ujis"),
    **dict.fromkeys((13, 88), "sjis"),
    **dict.fromkeys((14, 23, 50, 51, 52), "cp1251"),
    **dict.fromkeys((16, 71), "hebrew"),
    **dict.fromkeys((18, 89), "tis620"),
    **dict.fromkeys((19, 85), "euckr"),
    **dict.fromkeys((20, 41, 42, 79), "latin7"),
    **dict.fromkeys((22, 75), "koi8u"),
    **dict.fromkeys((24, 86), "gb2312"),
    **dict.fromkeys((25, 70), "greek"),
    **dict.fromkeys((26, 34, 44, 66, 99), "cp1250"),
    **dict.fromkeys((28, 87), "gbk"),
    **dict.fromkeys((29, 58, 59), "cp1257"),
    **dict.fromkeys((30, 78), "latin5"),
    **dict.fromkeys((57, 67), "cp1256"),
    **dict.fromkeys((33, 76, 83, *range(192, 216), 223), "utf8mb3"),
    **dict.fromkeys((0, 45, 46, *range(224, 248), *range(255, 324)), "utf8mb4"),
    63: "binary",
    **dict.fromkeys((95, 96), "cp932"),
    **dict.fromkeys((248, 249, 250), "gb18030"),
}


def codec_of_collation(collation: int) -> str:
    """The Python codec for a collation number of a handshake; 0 stands for the server's own, utf8mb4.

    Raises:
        SqlError: 1115, clients may not use this character set. MySQL too refuses `ucs2`, `utf16` and `utf32`.
    """
    name = _COLLATIONS.get(collation)
    if name is None:
        raise SqlError(1115, f"Unknown character set: collation {collation}; use utf8mb4 (collation 45)", "42000")
    return _CODECS[name]


def codec_of_charset(name: str) -> str:
    """The Python codec for a character set's name in `SET NAMES`; `default` is utf8mb4.

    Raises:
        SqlError: 1115, clients may not use this character set.
    """
    codec = "utf-8" if name.lower() == "default" else _CODECS.get(name.lower())
    if codec is None:
        raise SqlError(1115, f"Unknown character set: '{name}'; use utf8mb4", "42000")
    return codec
