-- Many clients and many servers, each client knowing every server and balancing by itself: what a request costs, and
-- how much memory the balancers take.
local size = param("size", 1000, "servers")
local callers = param("clients", 1000, "clients")
local requests = param("requests", 1e7, "arrivals, about")
local name = param("policy", "two", "how they choose")
local rate = 0.8 * size

local policies = {
  random = random,
  round_robin = round_robin,
  two = least_cost { cost = client_in_flight, choices = 2 },
  two_live = least_cost { cost = actual(in_flight), choices = 2 },
  two_reported = least_cost { cost = reported(in_flight), choices = 2 },
  two_latency = least_cost { cost = client_latency("mean"), choices = 2 },
  peak_ewma = peak_ewma,
  shortest = join_shortest_queue,
  idle = join_idle_queue,
  own = function(request, choices)
    local i, j = random(#choices), random(#choices)
    return choices[i].in_flight <= choices[j].in_flight and i or j
  end,
}

servers "server" { count = size, service = exponential { mean = 1 } }
clients "client" { count = callers, calls = "server", arrivals = poisson { rate = rate }, policy = policies[name] }

run { duration = requests / rate, kind = "terminating", runs = 1 }
