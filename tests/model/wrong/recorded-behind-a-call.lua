server "a" { service = 1, calls = { "b" } }
server "b" { service = recorded() }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: `a` calls `b`, whose work is recorded(): only a client's own calls carry it
