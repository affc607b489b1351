server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = "randm" }
--! :2: `web.policy`: expected random or round_robin, got "randm"
