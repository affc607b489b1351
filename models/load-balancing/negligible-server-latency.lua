-- The network is all: a request takes 0.1 ms in a server and 40 to 80 ms to get there and back. No server is ever busy,
-- so that which one is picked hardly matters to its load; probing costs a round trip before each request, and is the
-- only way of doing worse.
--
--     sojourn simulate models/load-balancing/negligible-server-latency.lua --scenario "fastest probe"
model { title = "Negligible server latency", time_unit = "ms" }

servers "backend" { count = 40, threads = 4, service = exponential { mean = 0.1 }, publish = { window = 1000 } }
clients "caller" {
  count = 40, calls = "backend", subset = 12, arrivals = poisson { rate = 20 },
  network = link { rtt = uniform { min = 40, max = 80 } } }

scenario("random", function() end)
scenario("round robin", function() set { ["caller.policy"] = round_robin } end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("least reported in flight", function() set { ["caller.policy"] = least_cost { cost = reported(in_flight) } } end)
scenario("fastest probe", function() set { ["caller.policy"] = subset_of(fastest_probe, 3) } end)

run { duration = 10000, runs = 4 }
