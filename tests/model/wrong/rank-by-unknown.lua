model { rank_by = "web.latency.p9" }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `model.rank_by`: there is no metric `web.latency.p9`; did you mean `web.latency.p90`?
