server "api" { service = 0.1 }
client "web" { calls = "apo", arrivals = poisson { rate = 1 } }
--! :2: `web.calls`: there is no server `apo`; did you mean `api`?
