"""scripts/install-packages, which `make` calls first: with an apt-get and a dpkg-query of our own."""
import os
import shutil
import subprocess
import sys

from harness import SOURCE, case, contains, equal, run, write

SCRIPT = SOURCE / "scripts" / "install-packages"
TOOLS = ("sh", "dirname", "tr", "cut", "grep", "sed", "id", "env", "echo", "cat")


def listed(*groups):
    lines = (SOURCE / "scripts" / "packages.txt").read_text(encoding="ascii").splitlines()
    return [line.split()[1] for line in lines if line.split()[0] in groups]


def system(**programs):
    """A folder `bin` that holds the basic tools and these shell scripts, as the only one on the PATH."""
    os.mkdir("bin")
    for tool in TOOLS:
        os.symlink(shutil.which(tool), f"bin/{tool}")
    for name, text in programs.items():
        name = name.replace("_", "-")
        write(f"bin/{name}", "#!/bin/sh\n" + text)
        os.chmod(f"bin/{name}", 0o755)


def install(*groups):
    path = os.path.abspath("bin")
    return subprocess.run([SCRIPT, *groups], env={"PATH": path}, stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def debian(*missing):
    """dpkg-query knows every package but `missing`; apt-get and sudo write down how they are called."""
    installed = "".join(f"installed {name}\\n" for name in listed("build", "check", "bench") if name not in missing)
    system(dpkg_query=f"printf '{installed}'\n", apt_get='echo "$@" >>calls\n', sudo='[ "$1" != -n ] || shift; "$@"\n')


def calls():
    if not os.path.exists("calls"):
        return []
    with open("calls", encoding="ascii") as file:
        return file.read().splitlines()


@case("nothing is touched when nothing is missing")
def _():
    debian()
    result = install("build", "check", "bench")
    equal((result.returncode, result.stdout, result.stderr, calls()), (0, "", "", []))


@case("what is missing is installed, and only that")
def _():
    debian("liblua5.4-dev", "cppcheck", "python3-simpy")
    result = install("build", "check")
    equal((result.returncode, result.stdout), (0, "Installing: liblua5.4-dev cppcheck\n"), result.stderr)
    update, packages = calls()
    assert update.endswith(" update"), update
    contains(packages, r" install -y --no-install-recommends liblua5\.4-dev cppcheck$")


@case("packages that cannot be installed are named")
def _():
    debian("ninja-build")
    write("bin/apt-get", "#!/bin/sh\nexit 100\n")
    result = install("build")
    equal((result.returncode, result.stderr), (1, "Could not install: ninja-build\n"))


@case("on another system what is missing is named, and that is all")
def _():
    system(cc="exit 0\n", make="exit 0\n", pkg_config='[ "$2" = sqlite3 ]\n')
    result = install("build")
    equal(result.returncode, 1)
    contains(result.stderr, r"(?m)^  meson \(meson\)$")
    contains(result.stderr, r"(?m)^  liblua5\.4-dev \(lua5\.4\|lua-5\.4\|lua\)$")
    contains(result.stderr, "run the same command again")
    for found in ("libsqlite3-dev", "gcc", "libc6-dev"):
        assert f"  {found} " not in result.stderr, result.stderr
    equal(result.stdout, "")


@case("on another system with everything there it goes on")
def _():
    system(**{name: "exit 0\n" for name in ("cc", "make", "pkg_config", "meson", "ninja", "python3")})
    result = install("build")
    equal((result.returncode, result.stdout, result.stderr), (0, "", ""))


@case("make install PREFIX=... installs there, also what was built for another place")
def _():
    def made(*arguments):
        return subprocess.run(["make", "-n", "-C", SOURCE, "install", *arguments], text=True, check=True,
                              stdout=subprocess.PIPE).stdout
    contains(made("PREFIX=/elsewhere"), r"meson configure build -Dprefix=/elsewhere\n(.*\n)*meson install")
    equal("meson configure" in made(), False)


sys.exit(run())
