"""Wrong models, overrides and data files: each with the exact message and exit code that it gets, and nothing on standard
output. Command lines are in test_command_line.py, results files and full disks in test_results_file.py and
test_simulate.py."""
import gzip
import os
import sys

from harness import case, check, equal, run, sojourn, write

S = 'server "api" { service = exponential { rate = 10 } }\n'
C = 'client "web" { calls = "api", arrivals = poisson { rate = 8 } }\n'


def server(fields):
    return f'server "api" {{ {fields} }}\n' + C


def client(fields):
    return S + f'client "web" {{ {fields} }}\n'


def plus(fields):
    return S + f'client "web" {{ calls = "api", arrivals = poisson {{ rate = 8 }}, {fields} }}\n'


def chooses(body):
    """Two servers, and a client whose policy has this body."""
    return ('servers "api" { count = 2, service = 0.1 }\n'
            'client "web" { calls = "api", arrivals = poisson { rate = 8 },\n'
            '  policy = function(request, choices, now) ' + body + ' end }\n')


def service(law):
    return server("service = " + law)


def arrivals(process):
    return client('calls = "api", arrivals = ' + process)


def recording(content, name="t.csv", extra=""):
    """A model that replays the file, and the file."""
    return {"m.lua": f'server "db" {{ service = recorded() }}\n'
                     f'client "app" {{ calls = "db", arrivals = trace {{ file = "{name}"{extra} }} }}\n', name: content}


GZIP = gzip.compress(b"time,service\n" + b"".join(b"%d,0.5\n" % i for i in range(5000)), mtime=0)

MODELS = [
    # name, model, message; exit code if it is not 2
    ("a policy's function that fails", chooses("\nerror('no idea')"), "sojourn: m.lua:4: no idea"),
    ("a policy's function that chooses nobody", chooses("return 3"),
     "sojourn: m.lua:3: a policy's function returns which choice it takes, a whole number from 1 to 2, got 3"),
    ("a policy's function that never ends", chooses("while true do end"),
     "sojourn: m.lua:3: the budget of 102000 instructions is used up: is there an endless loop?"),
    ("an empty file", "",
     'm.lua: the model has no client, so nothing would happen: expected client "name" { calls=, arrivals= }'),
    ("only a comment", "-- nothing here\n",
     'm.lua: the model has no client, so nothing would happen: expected client "name" { calls=, arrivals= }'),
    ("bytecode", b"\x1bLua\x54\x00\x19\x93\r\n\x1a\n\x04\x08\x08xV",
     "m.lua:1: this is a compiled Lua file, a model is a text"),
    ("a binary file", bytes(range(256)) * 8,
     "m.lua:1: unexpected symbol"),
    ("not UTF-8 in a name",
     S + b'client "w\xffb" { calls = "api", arrivals = poisson { rate = 8 } }\n'.decode("latin-1"),
     'm.lua:2: a component\'s name is made of letters, digits, _ and -, got "wÿb"'),
    ("cut off in the middle", (S + C)[:-20],
     "m.lua:2: '}' expected near <eof>"),
    ("a syntax error", S.replace("=", "==", 1) + C,
     "m.lua:1: `service` is not defined\n"
     'm.lua:1: server has no list, it is written server "name" { service= }\n'
     "m.lua:1: `api` lacks `service`: expected the time that its work takes, a number or a distribution (or `apis`)"),
    ("no client", S,
     'm.lua: the model has no client, so nothing would happen: expected client "name" { calls=, arrivals= }'),
    ("no server", C,
     "m.lua:1: `web.calls`: there is no server `api`"),
    ("an unknown constructor", S.replace("server", "sever") + C,
     "m.lua:1: `sever` is not defined; did you mean `server`?\n"
     "m.lua:2: `web.calls`: there is no server `api`"),
    ("an unknown field of a server", server('sevice = exponential { rate = 10 }'),
     "m.lua:1: `sevice` is not a field of server; did you mean `service`?"),
    ("an unknown field of a client", plus("time_out = 3"),
     "m.lua:2: `time_out` is not a field of client; did you mean `timeout`?"),
    ("an unknown field of a distribution", service("exponential { ratee = 10 }"),
     "m.lua:1: `ratee` is not a field of exponential; did you mean `rate`?"),
    ("an unknown distribution", service("exponental { rate = 10 }"),
     "m.lua:1: `exponental` is not defined; did you mean `exponential`?"),
    ("an unknown server called", client('calls = "apo", arrivals = poisson { rate = 8 }'),
     "m.lua:2: `web.calls`: there is no server `apo`; did you mean `api`?"),
    ("an unknown api called", client('calls = "api.read", arrivals = poisson { rate = 8 }'),
     "m.lua:2: `web.calls`: `api` has no apis by name, call it `api`"),
    ("a client called", S + C + 'client "b" { calls = "web", arrivals = poisson { rate = 1 } }\n',
     "m.lua:3: `b.calls`: `web` is a client; only servers can be called"),
    ("two components of one name", S + S + C,
     "m.lua:2: the name `api` is taken, by the server on line 1"),
    ("a name with a space", S.replace('"api"', '"the api"') + C,
     'm.lua:1: a component\'s name is made of letters, digits, _ and -, got "the api"\n'
     "m.lua:2: `web.calls`: there is no server `api`"),
    ("a server without a service", server("threads = 2"),
     "m.lua:1: `api` lacks `service`: expected the time that its work takes, a number or a distribution (or `apis`)"),
    ("a server with a service and apis", server("service = constant(1), apis = { read = constant(1) }"),
     "m.lua:1: `api` takes `service` or `apis`, not both"),
    ("a client without arrivals", client('calls = "api"'),
     "m.lua:2: `web` lacks `arrivals`: expected an arrival process, such as poisson{rate=}"),
    ("a client that calls nothing", client("arrivals = poisson { rate = 8 }"),
     'm.lua:2: `web` lacks `calls`: expected "server", "server.api" or { {weight, "server"}, ... }'),
    ("a negative rate", service("exponential { rate = -10 }"),
     "m.lua:1: `exponential.rate`: expected a number above 0, got -10"),
    ("a rate of zero", arrivals("poisson { rate = 0 }"),
     "m.lua: the model has no arrivals from which a duration follows: give run{duration=}"),
    ("a rate that is not a number", service("exponential { rate = 0/0 }"),
     "m.lua:1: `exponential.rate`: expected a number above 0, got nan"),
    ("an infinite rate", arrivals("poisson { rate = 1/0 }"),
     "m.lua:2: `web.arrivals.rate`: expected a number of at least 0, got inf"),
    ("a rate that is text", arrivals('poisson { rate = "fast" }'),
     'm.lua:2: `web.arrivals.rate`: expected a number of at least 0, got "fast"'),
    ("a rate and a mean", service("exponential { rate = 10, mean = 0.1 }"),
     "m.lua:1: exponential takes one of `rate` and `mean`, not both: it is written exponential{rate=} or "
     "exponential{mean=}"),
    ("neither a rate nor a mean", service("exponential {}"),
     "m.lua:1: exponential takes `rate` or `mean`: it is written exponential{rate=} or exponential{mean=}"),
    ("a distribution that is text", service('"fast"'),
     'm.lua:1: `api.service`: expected a number of at least 0 or a distribution, got "fast"'),
    ("a distribution without its braces", service("exponential"),
     "m.lua:1: `api.service`: expected a number of at least 0 or a distribution, got a function"),
    ("a negative constant service", service("constant(-1)"),
     "m.lua:1: `api.service`: expected a number of at least 0 or a distribution, but a draw of this law can be -1"),
    ("uniform upside down", service("uniform { min = 2, max = 1 }"),
     "m.lua:1: uniform: max must not be below min, got 1"),
    ("gamma of shape zero", service("gamma { shape = 0, scale = 1 }"),
     "m.lua:1: `gamma.shape`: expected a number above 0, got 0"),
    ("an erlang of half a stage", service("erlang { k = 1.5, rate = 1 }"),
     "m.lua:1: `erlang.k`: expected a whole number from 1 to 1000000000, got 1.5"),
    ("an erlang of absurdly many stages", service("erlang { k = 1e18, rate = 1 }"),
     "m.lua:1: `erlang.k`: expected a whole number from 1 to 1000000000, got 1e+18"),
    ("a lognormal of negative spread", service("lognormal { mu = 0, sigma = -1 }"),
     "m.lua:1: `lognormal.sigma`: expected a number of at least 0, got -1"),
    ("a hyperexponential whose shares do not add up", service("hyperexponential { {0.5, 1}, {0.4, 2} }"),
     "m.lua:1: hyperexponential: probabilities must sum to 1, got 0.9"),
    ("an empty mixture", service("mixture {}"),
     "m.lua:1: mixture is empty; it is written mixture{ {weight, law}, ... }"),
    ("a phase type that is not square", service("phase_type { alpha = {1, 0}, T = { {-1, 1} } }"),
     "m.lua:1: phase_type: T must have a row for each phase of alpha"),
    ("an empirical without values", service("empirical { values = {} }"),
     "m.lua:1: empirical: at least one value is needed, got 0"),
    ("no threads", server("service = constant(1), threads = 0"),
     "m.lua:1: `api.threads`: expected a whole number of at least 1 or a distribution, got 0"),
    ("one and a half threads", server("service = constant(1), threads = 1.5"),
     "m.lua:1: `api.threads`: expected a whole number of at least 1 or a distribution, got 1.5"),
    ("threads that are text", server('service = constant(1), threads = "four"'),
     'm.lua:1: `api.threads`: expected a whole number of at least 1 or a distribution, got "four"'),
    ("a negative capacity", server("service = constant(1), capacity = -1"),
     "m.lua:1: `api.capacity`: expected a whole number of at least 1, got -1"),
    ("an unknown discipline", server('service = constant(1), discipline = "fiffo"'),
     'm.lua:1: `api.discipline`: "fiffo" is not known; did you mean "fifo"?'),
    ("a speed of zero", server("service = constant(1), speed = 0"),
     "m.lua:1: `api.speed`: expected a number above 0, got 0"),
    ("async that is text", server('service = constant(1), async = "yes"'),
     'm.lua:1: `api.async`: expected true or false, got "yes"'),
    ("an absurd number of members", server("service = constant(1), count = 1e12"),
     "m.lua:1: `api.count`: expected a whole number from 1 to 1000000, got 1000000000000"),
    ("a throttle without a capacity",
     server("service = constant(1), admission = throttle { above = 0.9, admit = 0.5 }"),
     "m.lua:1: `api`: throttle needs a `capacity`, of which its `above` is a share"),
    ("an unknown admission", server("service = constant(1), admission = token_buket { capacity = 1, rate = 1 }"),
     "m.lua:1: `token_buket` is not defined; did you mean `token_bucket`?"),
    ("a negative timeout", plus("timeout = -3"),
     "m.lua:2: `web.timeout`: expected a number above 0 or a distribution, got -3"),
    ("negative retries", plus("timeout = 1, retries = -1"),
     "m.lua:2: `web.retries`: expected a whole number from 0 to 1000000000, got -1"),
    ("absurdly many retries", plus("timeout = 1, retries = 1e12"),
     "m.lua:2: `web.retries`: expected a whole number from 0 to 1000000000, got 1000000000000"),
    ("a negative backoff", plus("timeout = 1, retries = 1, backoff = exponential_backoff { base = -1 }"),
     "m.lua:2: `web.backoff.base`: expected a number of at least 0, got -1"),
    ("an unknown jitter", plus('timeout = 1, retries = 1, backoff = exponential_backoff { base = 1, jitter = "some" }'),
     'm.lua:2: `web.backoff.jitter`: expected "none", "full", "equal" or "exponential", got "some"'),
    ("a circuit breaker beyond 1", plus("timeout = 1, circuit_breaker = { failures = 1.5, window = 10, open_for = 5 }"),
     "m.lua:2: `web.circuit_breaker.failures`: expected a number above 0, at most 1, got 1.5"),
    ("a hedge below the median", plus("hedge = { after = 0.3 }"),
     "m.lua:2: `web.hedge.after`: expected a number of at least 0.5, below 1, got 0.3"),
    ("a loss beyond 1", plus("network = link { rtt = 1, loss = 1.5 }"),
     "m.lua:2: `web.network.loss`: expected a number from 0 to 1, got 1.5"),
    ("mmpp with one row missing", arrivals("mmpp { rates = {1, 2}, transitions = { {0, 1} } }"),
     "m.lua:2: `web.arrivals.transitions`: expected a matrix of 2 rows, one for each of `rates`, got a list of 1"),
    ("piecewise out of order", arrivals("piecewise { {10, 1}, {5, 2} }"),
     "m.lua:2: `web.arrivals[2]`: the times must increase, but 5 comes after 10"),
    ("an empty closed population", arrivals("closed { population = 0, think = constant(1) }"),
     "m.lua:2: `web.arrivals.population`: expected a whole number from 1 to 10000000, got 0"),
    ("a metric that no engine has", S + C + 'expect { ["web.latency.p98"] = "< 1" }\n',
     "m.lua:3: `expect`: there is no metric `web.latency.p98`; did you mean `web.latency.p90`?"),
    ("a metric of an unknown component", S + C + 'expect { ["wed.latency.p99"] = "< 1" }\n',
     "m.lua:3: `expect`: there is no metric `wed.latency.p99`; did you mean `web.latency.p99`?"),
    ("an expectation without a comparison", S + C + 'expect { ["web.latency.p99"] = "0.5" }\n',
     'm.lua:3: `expect`: for `web.latency.p99` expected <, <=, >, >= or == and a number, such as "< 0.5", got "0.5"'),
    ("an expectation that is a number", S + C + 'expect { ["web.latency.p99"] = 0.5 }\n',
     'm.lua:3: `expect`: for `web.latency.p99` expected <, <=, >, >= or == and a number, such as "< 0.5", got 0.5'),
    ("a warm-up behind the duration", S + C + "run { duration = 10, warmup = 20 }\n",
     "m.lua:3: `run.warmup`: expected less than the duration, 10, got 20"),
    ("no runs", S + C + "run { runs = 0 }\n",
     "m.lua:3: `run.runs`: expected a whole number from 1 to 1000000, got 0"),
    ("an unknown kind of run", S + C + 'run { kind = "stedy" }\n',
     'm.lua:3: `run.kind`: "stedy" is not known; did you mean "steady"?'),
    ("a fault on nothing", S + C + 'fault { at = 1, lasts = 1, crash = "ap" }\n',
     "m.lua:3: `fault.crash`: there is no server `ap`; did you mean `api`?"),
    ("a fault of two kinds", S + C + 'fault { at = 1, lasts = 1, crash = "api", stall = "api" }\n',
     "m.lua:3: a fault does one thing, this one has `crash` and `stall`: write two faults"),
    ("a fault that sets an unknown path", S + C + 'fault { at = 1, lasts = 1, set = { ["web.arrivals.rat"] = 9 } }\n',
     "m.lua:3: `web.arrivals.rat` does not exist; did you mean `web.arrivals.rate`?"),
    ("a fault before the beginning", S + C + 'fault { at = -1, lasts = 1, crash = "api" }\n',
     "m.lua:3: `fault.at`: expected a number of at least 0, got -1"),
    ("a server that calls itself",
     server('apis = { read = { work = constant(1), calls = { { "api.read" } } } }').replace('calls = "api"', 'calls = "api.read"'),
     "m.lua:1: the calls go round in a circle: api.read -> api.read"),
    ("an unknown unit of time", 'model { time_unit = "fortnight" }\n' + S.replace("10", "10 / ms") + C,
     'm.lua:2: `ms` means nothing in a model whose time unit is "fortnight"\n'
     "m.lua:2: exponential: mean must be positive and finite, got nan"),
    ("two scenarios of one name", S + C + 'scenario("a", function() end)\nscenario("a", function() end)\n',
     'm.lua:4: the scenario "a" is declared twice'),
    ("a scenario that sets an unknown path", S + C + 'scenario("a", function() set { ["web.retires"] = 9 } end)\n',
     "m.lua:3: `web.retires` does not exist; did you mean `web.retries`?"),
    ("a parameter of two defaults", 'local a = param("a", 1, "")\nlocal b = param("a", 2, "")\n' + S + C,
     "m.lua:2: the parameter `a` is declared twice, first on line 1"),
    ("a policy that needs more", plus("policy = least_cost"),
     "m.lua:2: `web.policy`: expected a policy, such as least_cost{cost=}, got a function"),
    ("a batcher that might never send", S + C + 'batcher "b" { target = "api", flush = { count = 9 } }\n',
     "m.lua:3: `b.flush` needs `after` or `when_idle`: else the last requests would wait for ever"),
    ("timeouts in discrete time", "model { quantum = 1 }\n" + S + 'client "web" { calls = "api", arrivals = every(1), timeout = 3 }\n',
     "m.lua:3: `web.timeout` is not in this version in discrete time (`quantum` above 0)"),
    ("regimes of the Markov chain that meet", S + C + "solve { low = 0.9 }\n",
     "m.lua:3: `solve`: `low` must be below `high`, got 0.9 and 0.9"),
    ("a loop without an end", S + C + "while true do end\n",
     "m.lua:3: the budget of 100000000 instructions is used up: is there an endless loop?"),
    ("a memory bomb", S + C + "local t = {} for i = 1, 1e9 do t[i] = i end\n",
     "m.lua:3: the 1024 MiB of memory that a model may use are used up", 3),
    ("a recursion without an end", S + C + "local function f() return 1 + f() end f()\n",
     "m.lua:3: stack overflow: is there an endless recursion?"),
    ("a string of 4 exabytes", S + C + 'local s = string.rep("a", 1 << 62)\n',
     "m.lua:3: string.rep makes strings of at most 16 MiB"),
    ("a pattern that backtracks for ever", S + C + 'local s = ("a"):rep(100000):find(".-.-.-b")\n',
     "m.lua:3: the budget of 100000000 instructions is used up: is there an endless loop?"),
    ("a command of the system", S + C + 'os.execute("true")\n',
     "m.lua:3: `os` is not defined; did you mean `us`?"),
    ("a file of the system", S + C + 'local f = io.open("/etc/passwd")\n',
     "m.lua:3: `io` is not defined"),
    ("another module", S + C + 'require "socket"\n',
     "m.lua:3: `require` is not defined"),
    ("an error of one's own", S + C + 'error("no luck")\n',
     "m.lua:3: no luck"),
    ("an error that is a table", S + C + "error({})\n",
     "m.lua:3: the error thrown is not a text but a table value"),
    ("an index into nothing", S + C + "local x = y.z\n",
     "m.lua:3: `y` is not defined; did you mean `s`?"),
]

OPTIONS = [
    # name, files, arguments, message; exit code if it is not 2
    ("a model that is not there", {}, ["simulate", "nowhere.lua"],
     "nowhere.lua: No such file or directory", 3),
    ("a model that is a folder", {"d.lua/x": ""}, ["simulate", "d.lua"],
     "d.lua: Is a directory", 3),
    ("an override of an unknown component", {"m.lua": S + C}, ["simulate", "m.lua", "--set", "wep.arrivals.rate=9"],
     "--set wep.arrivals.rate=9: there is no parameter or component `wep`; did you mean `web`?"),
    ("an override of an unknown field", {"m.lua": S + C}, ["simulate", "m.lua", "--set", "web.arrivals.rat=9"],
     "--set web.arrivals.rat=9: `web.arrivals.rat` does not exist; did you mean `web.arrivals.rate`?"),
    ("an override of an unknown parameter",
     {"m.lua": 'local r = param("rate", 8, "")\n' + S + C}, ["simulate", "m.lua", "--set", "rat=9"],
     "--set rat=9: there is no parameter or component `rat`; did you mean `rate`?"),
    ("an override with text for a number", {"m.lua": S + C}, ["simulate", "m.lua", "--set", "web.arrivals.rate=fast"],
     '--set web.arrivals.rate=fast: `web.arrivals.rate`: expected a number of at least 0, got "fast"'),
    ("an override with an impossible number", {"m.lua": S + C}, ["simulate", "m.lua", "--set", "web.arrivals.rate=-9"],
     "--set web.arrivals.rate=-9: `web.arrivals.rate`: expected a number of at least 0, got -9"),
    ("an override with infinity", {"m.lua": S + C}, ["simulate", "m.lua", "--set", "web.arrivals.rate=inf"],
     '--set web.arrivals.rate=inf: `web.arrivals.rate`: expected a number of at least 0, got "inf"'),
    ("an override with nothing", {"m.lua": S + C}, ["simulate", "m.lua", "--set", "web.arrivals.rate="],
     '--set web.arrivals.rate=: `web.arrivals.rate`: expected a number of at least 0, got ""'),
    ("an override of a parameter with another type",
     {"m.lua": 'local r = param("rate", 8, "")\n' + S + C}, ["simulate", "m.lua", "--set", "rate=true"],
     '--set rate=true: the parameter `rate` is a number, got "true"'),
    ("an unknown scenario",
     {"m.lua": S + C + 'scenario("slow", function() end)\n'}, ["simulate", "m.lua", "--scenario", "slaw"],
     'm.lua: there is no scenario "slaw"; did you mean "slow"?'),
    ("a scenario of a model without any", {"m.lua": S + C}, ["simulate", "m.lua", "--scenario", "slow"],
     'm.lua: there is no scenario "slow": the file has none'),
    ("a warm-up behind the duration, by options",
     {"m.lua": S + C}, ["simulate", "m.lua", "--duration", "10", "--warmup", "10"],
     "sojourn: the warm-up (10) must be shorter than the duration (10)"),
    ("--csv for a model", {"m.lua": S + C}, ["show", "m.lua", "--csv", "-"],
     "sojourn: --csv is for results files, and m.lua is a model"),
    ("more than twenty mistakes",
     {"m.lua": S + "".join(f'client "c{i}" {{ calls = "api", arrivals = poisson {{ rate = -1 }} }}\n' for i in range(25))}, ["simulate", "m.lua"],
     "".join(f"m.lua:{i + 2}: `c{i}.arrivals.rate`: expected a number of at least 0, got -1\n" for i in range(20)) +
     "... and 5 more"),
]

DATA = [
    # name, files, message; exit code if it is not 2
    ("a recording that is not there", {k: v for k, v in recording("").items() if k == "m.lua"},
     "m.lua:2: data file `t.csv`: not found in .", 3),
    ("an empty recording", recording(""),
     "m.lua:2: t.csv:1: empty, expected a recording"),
    ("a header and nothing else", recording("time,service\n"),
     "m.lua:2: t.csv:1: a header and no requests, expected at least one line below it"),
    ("a recording without a time column", recording("when,service\n1,0.5\n"),
     "m.lua:2: t.csv:1: no column `time` in the header `when,service`, expected `time` and any of `size`, "
     "`service`, `latency` and `wait`, separated by commas"),
    ("a recording without services", recording("time\n1\n2\n"),
     "m.lua:2: `app` calls `db`, whose work is recorded(), but the recording t.csv has no service times"),
    ("an empty line's worth of columns", recording("time,service\n1,0.5\n2\n3,0.5\n"),
     "m.lua:2: t.csv:3: 1 columns, expected 2 as in the header"),
    ("a time that is text", recording("time,service\n1,0.5\nsoon,0.5\n"),
     "m.lua:2: t.csv:3: `time` is `soon`, expected a number"),
    ("a time that is not a number", recording("time,service\n1,0.5\nnan,0.5\n"),
     "m.lua:2: t.csv:3: `time` is `nan`, expected a number"),
    ("an infinite time", recording("time,service\n1,0.5\ninf,0.5\n"),
     "m.lua:2: t.csv:3: `time` is `inf`, expected a number"),
    ("a negative service", recording("time,service\n1,-0.5\n"),
     "m.lua:2: t.csv:2: `service` is `-0.5`, expected a number that is not negative"),
    ("a negative size", recording("time,service,size\n1,0.5,-3\n"),
     "m.lua:2: t.csv:2: `size` is `-3`, expected a number that is not negative"),
    ("a number beyond all doubles", recording("time,service\n1,0.5\n1e999,0.5\n"),
     "m.lua:2: t.csv:3: `time` is `1e999`, expected at most 1e19"),
    ("a binary recording", recording(bytes(range(256)) * 8),
     "m.lua:2: t.csv:1: a zero byte, expected text"),
    ("a truncated gzip", recording(GZIP[:3000], "t.csv.gz"),
     "m.lua:2: t.csv.gz: the gzip data is truncated, expected its end", 3),
    ("a gzip of garbage", recording(b"\x1f\x8b\x08\x00" + bytes(range(256)), "t.csv.gz"),
     "m.lua:2: t.csv.gz: the gzip data is corrupt, expected whole gzip members and nothing else"),
    ("a gzip with a flipped bit", recording(GZIP[:2000] + bytes([GZIP[2000] ^ 1]) + GZIP[2001:], "t.csv.gz"),
     "m.lua:2: t.csv.gz: the gzip data is corrupt, expected whole gzip members and nothing else"),
    ("pgbench with a field too few", recording("0 1 5000 0 1700000000\n", "t.log", ', format = "pgbench"'),
     "m.lua:2: t.log:1: 5 columns, expected 6 to 8 numbers: client, transaction, latency, script, end in "
     "seconds and microseconds, and with --rate the schedule lag"),
    ("pgbench with text for a latency", recording("0 1 slow 0 1700000000 5 10\n", "t.log", ', format = "pgbench"'),
     "m.lua:2: t.log:1: latency is `slow`, expected a whole number of at most 18 digits"),
    ("an access log that is none", recording("hello world\n", "t.log", ', format = "combined"'),
     'm.lua:2: t.log:1: no time in brackets in `hello world`, expected host - user [22/Nov/2026:09:03:25 +0000] "request" status bytes ...'),
    ("an access log with an impossible date",
     recording('1.2.3.4 - - [32/Foo/2024:25:61:61 +0000] "GET / HTTP/1.1" 200 5 "-" "-"\n', "t.log", ', format = "combined"'),
     "m.lua:2: t.log:1: the time is `[32/Foo/2024:25:61:61 +0000]`, expected one as in [22/Nov/2026:09:03:25 "
     "+0000], of the years 1970 to 2261"),
    ("an unknown format", recording("time\n1\n", "t.csv", ', format = "cvs"'),
     'm.lua:2: `app.arrivals.format`: "cvs" is not known; did you mean "csv"?'),
    ("a format that cannot be told", recording("hello\nworld\n", "t.dat"),
     "m.lua:2: t.dat:1: no known kind of recording begins with `hello`, expected a csv header with `time`, an "
     "access log in the combined format, or pgbench's per-transaction log"),
    ("a range that holds nothing", recording("time,service\n0,0.5\n1,0.5\n", "t.csv", ", from = 5, to = 9"),
     "m.lua:2: t.csv: no request between from and to, expected a part of 0 to 1"),
    ("a recording above the model's folder",
     {"m/m.lua": recording("", "../t.csv")["m.lua"], "t.csv": "time,service\n1,1\n"},
     "m/m.lua:2: data file `../t.csv`: outside the model's folder"),
    ("a recording by its absolute path", {"m.lua": recording("", "/etc/hostname")["m.lua"]},
     "m.lua:2: data file `/etc/hostname`: outside the model's folder"),
    ("a recording that is a folder", {"m.lua": recording("", "d")["m.lua"], "d/x": ""},
     "m.lua:2: data file `d`: a folder, expected a regular file"),
]


def wrong(files, arguments, message, code):
    for name, content in files.items():
        write(name, content)
    result = sojourn(*arguments)
    equal(result.stderr, message + "\n")
    equal((result.returncode, result.stdout), (code, ""))


for name, text, message, *code in MODELS:
    check(name, wrong, {"m.lua": text}, ["simulate", "m.lua"], message, *(code or [2]))
for name, files, arguments, message, *code in OPTIONS:
    check(name, wrong, files, arguments, message, *(code or [2]))
for name, files, message, *code in DATA:
    model = "m/m.lua" if "m/m.lua" in files else "m.lua"
    check(name, wrong, files, ["simulate", model], message, *(code or [2]))


@case("a recording behind a link that leads out of the model's folder")
def _():
    write("t.csv", "time,service\n1,1\n")
    write("m/m.lua", recording("", "t.csv")["m.lua"])
    os.symlink("../t.csv", "m/t.csv")
    result = sojourn("simulate", "m/m.lua")
    equal((result.returncode, result.stderr), (2, "m/m.lua:2: data file `t.csv`: outside the model's folder\n"))


@case("a recording that is a pipe, and a device")
def _():
    write("m.lua", recording("", "pipe")["m.lua"])
    os.mkfifo("pipe")
    result = sojourn("simulate", "m.lua")
    equal((result.returncode, result.stderr), (2, "m.lua:2: data file `pipe`: not a regular file\n"))


@case("--data names a folder where recordings may lie too")
def _():
    write("m.lua", recording("", "t.csv")["m.lua"])
    write("elsewhere/t.csv", "time,service\n1,1\n2,1\n")
    result = sojourn("simulate", "m.lua", "--data", "elsewhere", "--quiet")
    equal((result.returncode, result.stderr), (0, ""))
    result = sojourn("simulate", "m.lua", "--data", "nowhere", "--quiet")
    equal((result.returncode, result.stderr), (3, "m.lua:2: folder `nowhere`: No such file or directory\n"))


sys.exit(run())
