server "a" { service = 1, calls = { "b" } }
server "b" { service = 1, calls = { "c" } }
server "c" { service = 1, calls = { "a" } }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
