-- The servers are all: a request takes 20 ms in a server, whose load is 70 %, and no time to get there. What a client
-- learns from an answer is true when it comes, so that reports are as good as they can be, and grow old only between
-- answers. Each client knows 12 of the 40 servers: those that more clients know than others get more, and without regard
-- to load (random, round robin) some get more than they can serve.
--
--     sojourn simulate models/load-balancing/negligible-network-latency.lua --scenario "two choices"
model { title = "Negligible network latency", time_unit = "ms" }

servers "backend" { count = 40, threads = 4, service = exponential { mean = 20 }, publish = { window = 1000 } }
clients "caller" { count = 40, calls = "backend", subset = 12, arrivals = poisson { rate = 0.7 * 40 * 4 / 20 } }

scenario("random", function() end)
scenario("round robin", function() set { ["caller.policy"] = round_robin } end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("two choices, all seen", function()
  set { ["caller.policy"] = least_cost { cost = actual(in_flight), choices = 2 } }
end)
scenario("least reported in flight", function() set { ["caller.policy"] = least_cost { cost = reported(in_flight) } } end)
scenario("less reported of two", function()
  set { ["caller.policy"] = function(request, choices)
    local i, j = random(#choices), random(#choices)
    local a, b = choices[i].report.in_flight or 0, choices[j].report.in_flight or 0 -- unknown: try it
    return a <= b and i or j
  end }
end)
scenario("weighted by utilization", function()
  set { ["caller.policy"] = weighted { cost = reported(utilization("mean")) } }
end)

run { duration = 20000, runs = 4 }
