-- Every policy of today, as little and as much of it as can be written.
model { time_unit = "ms" }
servers "api" { service = exponential { mean = 10 }, count = 40, threads = 2 }

local rate = 0.05
local function caller(name, policy)
  clients(name) { calls = "api", count = 20, arrivals = poisson { rate = rate }, policy = policy }
end

caller("choices", power_of_choices)
caller("of-three", power_of_choices { choices = 3, sees = "servers" })
caller("shortest", "join_shortest_queue")
caller("shortest-seen", join_shortest_queue { sees = "servers" })
caller("idle", join_idle_queue)
caller("idle-of-two", join_idle_queue { callers = 2 })
caller("least", least_requests)
caller("least-weighted", least_requests { weights = { 1, 2.5 }, active_request_bias = 1.5, choices = 3 })
caller("peak", peak_ewma)
caller("peak-fast", peak_ewma { decay = 500, choices = 3 })
caller("success", success_latency)
caller("success-fast", success_latency { decay = 2 * s, choices = 5 })
caller("weighted", weighted_round_robin)
caller("weighted-fast", weighted_round_robin { blackout = 100, expiry = 1 * s, update = 50, error_penalty = 0 })
caller("probing", prequal)
caller("probing-little", prequal { pool = 8, probes = 1.5, removals = 0.25, age = 300, delta = 0.5, cutoff = 0.6 })
caller("bounded", bounded_hash)
caller("bounded-keys", bounded_hash { load_factor = 1.1, points = 100, keys = 500, zipf = 0.9 })
caller("table", maglev)
caller("table-keys", maglev { table = 251, keys = 1000, zipf = 1 })
caller("narrow", aperture)
caller("narrower", aperture { size = 3 })
caller("zones", zone_aware(random, 3))
caller("zones-of-few", zone_aware(least_cost { cost = client_in_flight }, { zones = 4, least_members = 2 }))
caller("dealt", caller_subset(round_robin, 12))
caller("drawn", caller_subset(peak_ewma, { size = 12, how = "random" }))
caller("ringed", caller_subset(with_probes(prequal), { size = 30, how = "aperture" }))
