server "a" { apis = { x = 1 }, calls = { "b" } }
server "b" { service = 1 }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: `a.calls` goes with `service`; with `apis` it belongs to one of them
