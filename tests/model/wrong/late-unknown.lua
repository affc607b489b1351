server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, late = "acept" }
--! :2: `web.late`: "acept" is not known; did you mean "accept"?
