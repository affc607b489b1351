-- The supermarket model: each arrival goes to the shortest of a few queues drawn at random.
local servers_count = param("servers", 500, "servers")
local load = param("load", 0.9, "of each, if they shared evenly")
local choices = param("choices", 2, "queues drawn")
local duration = param("length", 1000, "seconds measured")
local warmup = param("warmup", 100, "seconds before that")

run { duration = warmup + duration, warmup = warmup, runs = 4 }
servers "till" { count = servers_count, service = exponential { mean = 1 } }
client "customers" {
  calls = "till", arrivals = poisson { rate = load * servers_count },
  policy = least_cost { cost = client_in_flight, choices = choices } }
