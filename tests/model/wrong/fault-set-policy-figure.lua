server "api" { service = 0.1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = power_of_choices }
fault { at = 1, lasts = 1, set = { ["web.policy.choices"] = 1 } }
--! :3: a fault can change figures and laws, but not a policy (of `web`)
