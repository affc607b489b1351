server "api" { service = lognormal { p50 = 0.08, cv = 2 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: lognormal takes `mu` and `sigma`, or `mean` and `cv`, or `p50` and `p99`
