-- M/M/1+D: every caller waits as long and no longer; more arrive than can be served.
local lambda = param("lambda", 1.2, "arrivals per second")
local mu = param("mu", 1, "services per second")
local timeout = param("timeout", 3, "patience, from the arrival on")

run { duration = 3e5, warmup = 500, runs = 16 }
server "api" { service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda }, timeout = timeout, cancel = true }
