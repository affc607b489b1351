-- A thousand clients that each send one request in ten seconds: what a client knows of a server is minutes old, and
-- what it has in flight is nothing. Policies that live by what one client knows come down to chance, or worse; also the
-- idle servers' tokens, of which there are 40 at most, lie with clients that have nothing to send.
--
--     sojourn simulate models/load-balancing/many-low-rate-clients.lua --scenario "two choices, all seen"
model { title = "Many low-rate clients", time_unit = "s" }

servers "backend" { count = 40, threads = 1, service = exponential { mean = 0.3 }, publish = { window = 10 } }
clients "caller" {
  count = 1000, calls = "backend", arrivals = poisson { rate = 100 }, network = link { rtt = exponential { mean = 10*ms } } }

scenario("random", function() end)
scenario("round robin", function() set { ["caller.policy"] = round_robin } end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("least reported in flight", function() set { ["caller.policy"] = least_cost { cost = reported(in_flight) } } end)
scenario("two choices, all seen", function()
  set { ["caller.policy"] = least_cost { cost = actual(in_flight), choices = 2 } }
end)
scenario("join the idle queue", function() set { ["caller.policy"] = join_idle_queue } end)
scenario("fastest of two probes", function() set { ["caller.policy"] = subset_of(fastest_probe, 2) } end)

run { duration = 300, runs = 4 }
