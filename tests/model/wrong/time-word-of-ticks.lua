model { time_unit = "tick" }
server "api" { service = 5 * ms }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: `ms` means nothing in a model whose time unit is "tick"
