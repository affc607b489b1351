-- The server stands still for 100 seconds. Requests keep arriving, and each counts from its arrival: a tenth of all
-- requests is slow, and the percentiles must say so. A single user in a closed loop is stuck in one request
-- meanwhile, and sees nothing else: the figure that a load generator reports which waits for each answer before it
-- sends the next.
local interval = param("interval", 1, "between arrivals")
local service = param("service", 0.1, "service time")
local at = param("at", 500.5, "start of the stall")
local lasts = param("lasts", 100, "its length")
local duration = param("duration", 1000, "of the run")

run { duration = duration }
server "api" { service = constant(service) }
client "web" { calls = "api", arrivals = every(interval) }
server "single-api" { service = constant(service) }
client "single" { calls = "single-api", arrivals = closed { population = 1, think = constant(interval - service) } }
fault { at = at, lasts = lasts, stall = "api" }
fault { at = at, lasts = lasts, stall = "single-api" }
