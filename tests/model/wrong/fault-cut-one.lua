server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, cut = { "web" } }
--! :3: `fault.cut`: expected { "caller", "server" }, got a list of 1
