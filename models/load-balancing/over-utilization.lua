-- Ten per cent more comes than can be served, and no policy can change that; but queues are bounded, a refused request is
-- tried once more, and callers give up after half a second. A policy decides how much is refused twice while there is room
-- elsewhere: see `caller.failed.ratio` and `caller.rejected`.
--
--     sojourn simulate models/load-balancing/over-utilization.lua --scenario "two choices"
model { title = "Over utilization", time_unit = "ms" }

local load = param("load", 1.1, "of all threads")

servers "backend" { count = 40, threads = 4, service = exponential { mean = 20 }, publish = { window = 1000 }, capacity = 40 }
clients "caller" {
  count = 40, calls = "backend", subset = 12, arrivals = poisson { rate = load * 40 * 4 / 20 },
  network = link { rtt = exponential { mean = 2 } }, timeout = 500, retries = 1 }

scenario("random", function() end)
scenario("round robin", function() set { ["caller.policy"] = round_robin } end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("least mean latency of two", function()
  set { ["caller.policy"] = least_cost { cost = client_latency("mean"), choices = 2 } }
end)
scenario("least reported in flight", function() set { ["caller.policy"] = least_cost { cost = reported(in_flight) } } end)
scenario("hot or cold", function()
  set { ["caller.policy"] = hot_cold { rank = client_latency("mean"), health = client_in_flight } }
end)
scenario("fastest probe of three", function() set { ["caller.policy"] = subset_of(fastest_probe, 3) } end)

run { duration = 20000, runs = 4, kind = "terminating" }
