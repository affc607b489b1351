"""Wrong command lines, each with its exact message and exit code; help and version."""
import sys

from harness import MM1, check, case, contains, done, equal, run, sojourn, write

WHOLE = "expected a whole number from 1 to"
TIME = "in the model's time unit"
WRONG = [
    # arguments, message
    (["simualte", "m.lua"], "unknown command simualte, did you mean simulate?"),
    (["Show"], "unknown command Show, did you mean show?"),
    (["frobnicate"], "unknown command frobnicate; see sojourn --help"),
    ([""], "unknown command ; see sojourn --help"),
    (["--vresion"], "unknown option --vresion, did you mean --version?"),
    (["-x"], "unknown option -x; see sojourn --help"),
    (["m.lua"], "unknown command m.lua; see sojourn --help"),
    (["measrue"], "unknown command measrue, did you mean measure?"),
    (["simulate"], "simulate: expected MODEL; see sojourn simulate --help"),
    (["compare"], "compare: expected MODEL; see sojourn compare --help"),
    (["comapre", "m.lua"], "unknown command comapre, did you mean compare?"),
    (["show"], "show: expected MODEL|RESULTS; see sojourn show --help"),
    (["learn"], "learn: expected DATA|MODEL|RESULTS; see sojourn learn --help"),
    (["plot"], "plot: expected RESULTS; see sojourn plot --help"),
    (["plot", "r.db", "--set", "a=1"], "--set is not an option of sojourn plot"),
    (["plot", "r.db", "-o"], "-o: expected DIR|FILE, got nothing"),
    (["plot", "r.db", "--result", "0"], "--result 0: expected a whole number from 1 to 9223372036854775807"),
    (["simulate", "m.lua", "-o"], "-o: expected FILE.db, got nothing"),
    (["solve"], "solve: expected MODEL; see sojourn solve --help"),
    (["solve", "m.lua", "--runs", "3"], "solve has no runs; --seed, --runs, --duration, --drain and --threads are for the "
     "simulation of --calibrate"),
    (["simulate", "m.lua", "--horizon", "3"], "--horizon is not an option of sojourn simulate"),
    (["solve", "m.lua", "--horizon", "0"], "--horizon 0: expected a number above 0, in the model's time unit"),
    (["solve", "m.lua", "--step=-1"], "--step -1: expected a number above 0, in the model's time unit"),
    (["solve", "m.lua", "--eigenvalues", "0"], f"--eigenvalues 0: {WHOLE} 1000"),
    (["solve", "m.lua", "--memory", "8GB"], "--memory 8GB: expected a number of bytes above 0, such as 8e9"),
    (["solve", "m.lua", "--memory", "0"], "--memory 0: expected a number of bytes above 0, such as 8e9"),
    (["solve", "m.lua", "--change"], "unknown option --change, did you mean --changes?"),
    (["solve", "m.lua", "--again"], "--again needs -o FILE.db"),
    (["simulate", "m.lua", "other.lua"], "expected one MODEL, got m.lua and other.lua"),
    (["simulate", "m.lua", "--thread", "2"], "unknown option --thread, did you mean --threads?"),
    (["simulate", "m.lua", "--treads=2"], "unknown option --treads, did you mean --threads?"),
    (["simulate", "m.lua", "--JSON"], "unknown option --JSON, did you mean --json?"),
    (["simulate", "m.lua", "--colour"], "unknown option --colour; see sojourn simulate --help"),
    (["simulate", "m.lua", "-q"], "unknown option -q, did you mean -o?"),
    (["show", "m.lua", "--members"], "--members is not an option of sojourn show"),
    (["show", "m.lua", "--runs", "3"], "--runs is not an option of sojourn show"),
    (["simulate", "m.lua", "--seed"], "--seed: expected N, got nothing"),
    (["simulate", "m.lua", "-o"], "-o: expected FILE.db, got nothing"),
    (["simulate", "m.lua", "-o", ""], "-o: expected FILE.db, got nothing"),
    (["simulate", "m.lua", "--csv="], "--csv: expected FILE, got nothing"),
    (["simulate", "m.lua", "--json=yes"], "--json takes no value"),
    (["simulate", "m.lua", "--seed", "1", "--seed", "2"], "--seed was given twice"),
    (["simulate", "m.lua", "--json", "--json"], "--json was given twice"),
    (["simulate", "m.lua", "--seed", "-1"], "--seed -1: expected a whole number from 0 to 18446744073709551615"),
    (["simulate", "m.lua", "--seed", "18446744073709551616"],
     "--seed 18446744073709551616: expected a whole number from 0 to 18446744073709551615"),
    (["simulate", "m.lua", "--seed", "1.5"], "--seed 1.5: expected a whole number from 0 to 18446744073709551615"),
    (["simulate", "m.lua", "--runs", "0"], f"--runs 0: {WHOLE} 1000000"),
    (["simulate", "m.lua", "--runs", "many"], f"--runs many: {WHOLE} 1000000"),
    (["simulate", "m.lua", "--runs", "4294967297"], f"--runs 4294967297: {WHOLE} 1000000"),
    (["simulate", "m.lua", "--threads", "0"], f"--threads 0: {WHOLE} 1024"),
    (["simulate", "m.lua", "--threads", "99999999999999999999"], f"--threads 99999999999999999999: {WHOLE} 1024"),
    (["simulate", "m.lua", "--duration", "0"], f"--duration 0: expected a number above 0, {TIME}"),
    (["simulate", "m.lua", "--duration", "-5"], f"--duration -5: expected a number above 0, {TIME}"),
    (["simulate", "m.lua", "--duration", "nan"], f"--duration nan: expected a number above 0, {TIME}"),
    (["simulate", "m.lua", "--duration", "1e999"], f"--duration 1e999: expected a number above 0, {TIME}"),
    (["simulate", "m.lua", "--duration", "10s"], f"--duration 10s: expected a number above 0, {TIME}"),
    (["simulate", "m.lua", "--warmup", "-1"], f"--warmup -1: expected a number of at least 0, {TIME}"),
    (["simulate", "m.lua", "--drain", "inf"], f"--drain inf: expected a number of at least 0, {TIME}"),
    (["simulate", "m.lua", "--drain", "0x10"], f"--drain 0x10: expected a number of at least 0, {TIME}"),
    (["simulate", "m.lua", "--set", "rate"], "--set rate: expected PATH=VALUE, as in --set web.arrivals.rate=9"),
    (["simulate", "m.lua", "--set", "=3"], "--set =3: expected PATH=VALUE, as in --set web.arrivals.rate=9"),
    (["simulate", "m.lua", "--json", "--csv", "-"], "--json and --csv - both want standard output"),
    (["simulate", "m.lua", "--again"], "--again needs -o FILE.db"),
]


def wrong(arguments, message):
    write("m.lua", MM1)
    result = sojourn(*arguments)
    equal(result.stderr, f"sojourn: {message}\n")
    equal(result.stdout, "")
    equal(result.returncode, 2)


for arguments, message in WRONG:
    check("wrong: sojourn " + " ".join(arguments).replace("#", ""), wrong, arguments, message)


@case("without a command the help goes to standard error")
def _():
    result = sojourn()
    equal((result.returncode, result.stdout), (2, ""))
    contains(result.stderr, "sojourn simulate MODEL")


@case("--version")
def _():
    equal(done("--version"), "sojourn 0.1.0\n")


@case("--help names every command")
def _():
    text = done("--help")
    for name in ("simulate", "solve", "compare", "sweep", "learn", "measure", "plot", "show"):
        contains(text, rf"sojourn {name}\b")


@case("--help of a command has its options and an example, whatever else is there")
def _():
    for name in ("simulate", "solve", "compare", "sweep", "learn", "show"):
        text = done(name, "nowhere.lua", "--help")
        contains(text, r"\nExample: sojourn " + name)
        contains(text, "--set PATH=VALUE")
        equal(done(name, "-h"), text)


@case("help on a full disk is not done")
def _():
    with open("/dev/full", "w", encoding="ascii") as full:
        result = sojourn("--help", stdout=full)
    equal((result.returncode, result.stderr), (3, "sojourn: standard output: No space left on device\n"))


sys.exit(run())
