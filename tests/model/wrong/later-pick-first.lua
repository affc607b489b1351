server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = pick_first }
--! :2: `web.policy`: pick_first is not in this version in continuous time (`quantum` 0)
