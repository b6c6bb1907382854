"""Writes the golden messages anew: `python -m tests.golden.messages.write`. Read the diff aloud before
committing it."""
from tests.golden.messages.cases import rendered

for path, text in rendered():
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
        print(path.name, path.parent.name)
