server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = join_shortest_queue { sees = "server" } }
--! :2: `web.policy.sees`: "server" is not known; did you mean "servers"?
