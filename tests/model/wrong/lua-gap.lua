server "api" { service = 0.1 }
client "web" { calls = { [1] = "api", [3] = "api" }, arrivals = poisson { rate = 1 } }
--! :2: a list begins at 1 and has no gaps; [3] is outside of it
