server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = join_idle_queue, subset = 3 }
--! :2: `web.policy`: join_idle_queue goes by all members of a pool, it cannot be with `subset`
