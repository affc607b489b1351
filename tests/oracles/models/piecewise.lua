-- M(t)/M/infinity: the arrival rate changes with time, nobody ever waits. A terminating model: it starts empty.
local quiet = param("quiet", 20, "arrivals per second from 0 to 10")
local rush = param("rush", 100, "from 10 to 15")
local calm = param("calm", 5, "from 15 on")
local mu = param("mu", 0.5, "1 / mean service time")

run { duration = 20, runs = 2000 }
server "api" { threads = 10000, service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = piecewise { { 0, quiet }, { 10, rush }, { 15, calm } } }
-- The same by faults: a rush that ends, and a change that stays.
server "other-api" { threads = 10000, service = exponential { rate = mu } }
client "faulted" { calls = "other-api", arrivals = poisson { rate = quiet } }
fault { at = 10, lasts = 5, set = { ["faulted.arrivals.rate"] = rush } }
fault { at = 15, set = { ["faulted.arrivals.rate"] = calm } }
