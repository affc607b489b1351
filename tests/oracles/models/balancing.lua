-- Small pools of exponential servers with rate 1, one for each way of choosing among them; one client each.
local load = param("load", 0.7, "of each server")

run { duration = 2e5, warmup = 500, runs = 16 }

local function pool(name, count, policy)
  servers(name) { count = count, service = exponential { mean = 1 } }
  client("to-" .. name) { calls = name, arrivals = poisson { rate = load * count }, policy = policy }
end

pool("random", 3, random)
pool("in-turn", 3, round_robin)
pool("shortest", 2, least_cost { cost = client_in_flight })
pool("seen", 2, least_cost { cost = actual(in_flight) })
pool("two-of-two", 2, least_cost { cost = client_in_flight, choices = 2 })
pool("two-of-three", 3, least_cost { cost = client_in_flight, choices = 2 })
pool("queue", 2, join_shortest_queue { sees = "servers" })
pool("idle", 2, join_idle_queue)
pool("own", 2, function(request, choices)
  -- An idle one, any if there is none.
  local idle = {}
  for i = 1, #choices do
    if choices[i].in_flight == 0 then idle[#idle + 1] = i end
  end
  return #idle > 0 and idle[random(#idle)] or random(#choices)
end)
