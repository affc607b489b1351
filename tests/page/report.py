"""Reading a report page without a browser."""
import json
import pathlib
import re


def document(path):
    """The JSON that the page holds."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert len(found) == 1, f"{len(found)} documents in {path}"
    return json.loads(found[0])
