-- M/M/1 at load 0.9 with everything left to its default: the length, the warm-up, the number of runs. The intervals
-- of many seeds must cover the truth as often as they promise.
local lambda = param("lambda", 9, "arrivals per second")
local mu = param("mu", 10, "services per second")

server "api" { service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
