server "a" { service = 1, calls = { "b", timeout = 3 } }
server "b" { service = 1 }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: `a.calls` is a list of calls, also if it is one: { { "server", timeout= }, ... }
