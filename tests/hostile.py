"""Values nobody should give: for every place where a person writes one, whatever is asked for there."""
from __future__ import annotations

TEXTS = (
    "", " ", "-1", "0", "1.5", "9" * 30, "9" * 5000, "1e999", "nan", "-inf", "\u0663", "true", "perhaps",
    "2026-02-30", "2026-13-45T25:61", "99999d", "9" * 400 + "d", "Mars/Olympus", "Europe", "../../etc/passwd",
    "/dev/zero", "/", ".", "-", "--", "-x", "'; DROP TABLE users; --", "<script>", "%s%n%(x)s",
    "{0.__class__}", "{{7*7}}", "\u202e", "\u200b", "a\nb", "a" * 3000, "*", "[", "http://[::1", "http://127.0.0.1:99999",
    "https://x.example:port", "\udcff",
)  # fmt: skip
# What YAML says of a value; the text after the key's colon.
YAMLS = (
    "", "~", "-1", "0", "1.5", "9" * 30, "9" * 5000, "1e999", ".inf", "-.inf", ".nan", "true", "perhaps",
    "2026-02-30", "2026-12-25 10:00:00", "2026-13-45", "0000-00-00", "9999-12-31",
    "2026-01-01 00:00:00 +99:99",
    "!!bool perhaps", "!!int ''", "!!int x", "!!float x", "!!timestamp soon", "!!binary '%'", "!!binary aGk=",
    "!!python/object:os.system {}", "!unknown x", "!!set {a, b}", "!!omap [a: 1]", "!!pairs [a]", "!!null x",
    "[]", "{}", "[[]]", "[{}]", "{1: 2}", "{~: ~}", "{[a]: b}", "{{a: b}: c}", "[1, a, ~, [b], {c: d}]",
    "&x [*x]", "&x {a: *x}", "*nowhere", "Europe", "America/Argentina",
    "Mars/Olympus", "../../etc/passwd", "zone.tab",
    "localtime", "Factory", "''", "' '", '"\\0"', '"\\ud800"', '"\\u202e"', "'*'", "'{{7*7}}'",
    "'{0.__class__}'", "'%s'", "'25:00-26:00'", "'9:00-9:00'", "['9:00-17:00', '9:00-17:00']", "a" * 3000,
    "[" * 50 + "]" * 50, "1:" * 1000 + "1",
    "=", "<<", "{<<: 1}", "{<<: [1]}", "? x", "- x", "|", ">\n  x", "%", "@", "`",
)  # fmt: skip
