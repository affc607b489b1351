model { time_unit = "tick" }
server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = peak_ewma }
--! :3: `web.policy` lacks `decay`: expected a time; its default of 10 s means nothing in tick
