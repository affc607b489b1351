-- D/D/1: nothing is random. One server keeps up, the other falls behind by the same time with every request.
local interval = param("interval", 1, "between arrivals")
local service = param("service", 0.6, "of the server that keeps up")
local slow = param("slow", 1.25, "of the one that does not")

run { duration = 1000, kind = "terminating" }
server "ahead" { service = constant(service) }
client "to-ahead" { calls = "ahead", arrivals = every(interval) }
server "behind" { service = constant(slow) }
client "to-behind" { calls = "behind", arrivals = every(interval) }
