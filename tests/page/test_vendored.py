"""The chart library inside of the program is byte for byte the one that its authors published."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

from harness import SOURCE, Skip, case, equal, run

VENDOR = SOURCE / "src" / "plot" / "page" / "vendor"
FILES = {"echarts.min.js": "dist/echarts.min.js", "LICENSE": "LICENSE", "NOTICE": "NOTICE",
         "licenses/LICENSE-d3": "licenses/LICENSE-d3"}


def version():
    return json.loads((VENDOR / "version.json").read_text(encoding="utf-8"))


@case("it is what npm has of this version")
def _():
    if not shutil.which("npm"):
        raise Skip("npm is not on the PATH")
    wanted = version()
    try:
        packed = subprocess.run(["npm", "pack", "--silent", f"{wanted['name']}@{wanted['version']}"], timeout=60, check=False,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        raise Skip("npm's registry does not answer") from None
    if packed.returncode != 0 or not os.path.exists(packed.stdout.strip()):
        raise Skip("npm pack gives nothing: " + " ".join(packed.stderr.split())[:200])
    with tarfile.open(packed.stdout.strip()) as archive:
        for ours, theirs in FILES.items():
            equal((ours, archive.extractfile(f"package/{theirs}").read() == (VENDOR / ours).read_bytes()), (ours, True))


@case("no other file lies beside it, and NOTICE names it")
def _():
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    equal(found, {*FILES, "version.json"})
    equal("Apache ECharts" in (SOURCE / "NOTICE").read_text(encoding="utf-8"), True)
    equal(pathlib.Path(SOURCE / "NOTICE").read_text(encoding="utf-8").count(version()["version"]), 1)


sys.exit(run())
