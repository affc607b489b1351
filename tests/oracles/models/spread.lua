-- A known number of arrivals at independent uniform times: how long is nobody there, when each stays equally long?
local count = param("count", 20, "arrivals")
local over = param("over", 100, "within that time")
local stay = param("stay", 5, "service time")

run { duration = 100, runs = 4000 }
server "api" { threads = 100, service = constant(stay) }
client "web" { calls = "api", arrivals = spread { count = count, over = over } }
