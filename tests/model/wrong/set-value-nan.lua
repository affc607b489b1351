server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set web.arrivals.rate=nan
--! --set web.arrivals.rate=nan: `web.arrivals.rate`: expected a number of at least 0, got "nan"
