server "a" { service = 1, calls = { "b" }, forward = { "b" } }
server "b" { service = 1 }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: `a` takes `calls` or `forward`, not both
