model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = with_probes(client_in_flight, { per_request = 2 }) }
--! :3: `web.policy.policy`: expected a policy, such as least_cost{cost=}, got client_in_flight
