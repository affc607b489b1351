server "api" { service = 0.1 }
client "web" { calls = { {-1, "api"}, {1, "apii"} }, arrivals = poisson { rate = 1 } }
--! :2: `web.calls[1][1]`: expected a weight above 0, got -1
--! :2: `web.calls[2]`: there is no server `apii`; did you mean `api`?
