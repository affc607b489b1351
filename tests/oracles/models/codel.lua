-- CoDel on a queue that gets twice what it can serve, request by request.
local interval = param("interval", 0.5, "between arrivals")
local service = param("service", 1.01, "service time")
local target = param("target", 3.3, "waiting time aimed at")
local window = param("window", 20.3, "CoDel's interval")
local duration = param("duration", 2000.25, "of the run")

run { duration = duration, drain = 10000, kind = "terminating" }
server "api" { service = constant(service), admission = codel { target = target, interval = window } }
client "web" { calls = "api", arrivals = every(interval) }
