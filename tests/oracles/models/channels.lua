-- Everything between callers and members that is drawn, kept or lost, in continuous time (quantum 0) or in small steps.
local quantum = param("quantum", 0, "the step of discrete time; 0: continuous")
local cold = param("cold", 8, "cold start")
local redraw = param("redraw", 0.02, "of channels")
local requeue = param("requeue", true, "what a new member has no threads for goes back")
local flight_until = param("flight_until", "served", "in_flight_until")

model { quantum = quantum }
run { duration = 5000, warmup = 300, runs = 6 }
servers "db" {
  count = 8, threads = uniform_int { min = 1, max = 5 }, replace = { rate = 0.04, requeue = requeue },
  service = per_member(uniform { min = 6, max = 14 }, function(x) return exponential { mean = x } end),
  rtt = uniform { min = 2, max = 18 }, cold_start = cold, publish = { window = 50 } }
clients "web" {
  count = 6, subset = 5, subset_replacement = true, calls = "db", arrivals = poisson { rate = 0.8 },
  in_flight_until = flight_until,
  network = link { redraw = redraw, one_way =
    per_member((server_rtt + uniform { min = 0, max = 4 }) / 2, function(x) return uniform { min = 0, max = 2 * x } end) },
  policy = least_cost { cost = client_in_flight, choices = 3 } }
