-- M/M/1//N: a closed loop of users who think and call. The law of the thinking time matters through its mean alone.
local population = param("population", 8, "users")
local think = param("think", 5, "mean thinking time")
local mu = param("mu", 1, "services per second")

run { duration = 1e5, warmup = 200, runs = 16 }
server "api" { service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = closed { population = population, think = exponential { mean = think } } }
server "regular-api" { service = exponential { rate = mu } }
client "regular" {
  calls = "regular-api", arrivals = closed { population = population, think = uniform { min = 0, max = 2 * think } } }
-- Nobody thinks: everybody is always there, and a request waits for all the others.
server "busy-api" { service = exponential { rate = mu } }
client "busy" { calls = "busy-api", arrivals = closed { population = population, think = 0 } }
