server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set web.hedge.after=0.9
--! --set web.hedge.after=0.9: `web.hedge` is not given in the model, so it has no `after`
