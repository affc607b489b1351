model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = with_probes(random, 2) }
--! :3: `with_probes` is written with_probes(policy, {per_request=2}), got more than one argument
