server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = with_probes(random, { per_request = 2 }) }
--! :2: `web.policy`: with_probes is not in this version in continuous time (`quantum` 0)
