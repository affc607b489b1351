server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = with_probes(random, { per_request = 2 }) }
--! :2: `with_probes` is not in this version
