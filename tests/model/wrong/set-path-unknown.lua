server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set wep.retries=3
--! --set wep.retries=3: there is no parameter or component `wep`; did you mean `web`?
