server "api" { service = 0.1, count = 3, publish = { window = 100 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = weighted_round_robin }
fault { at = 1, lasts = 1, set = { ["api.publish.window"] = 50 } }
--! :3: a fault can change figures and laws, but not what a server publishes (of `api`)
