server "api" { service = lognormal { mu = 1, cv = 1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: lognormal takes `mu` and `sigma`, or `mean` and `cv`, or `p50` and `p99`
