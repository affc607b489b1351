server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set solve.lows=0.95
--! --set solve.lows=0.95: `solve.lows` does not exist; did you mean `solve.low`?
