-- Three orders of service at the same load: the mean wait is the same, its second moment is not.
local lambda = param("lambda", 0.5, "arrivals per second at each")
local k = param("k", 3, "phases of the Erlang law, mean 1")

run { duration = 2e6, warmup = 500, runs = 16 }
for _, discipline in ipairs { "fifo", "lifo", "random" } do
  server(discipline) { discipline = discipline, service = exponential { mean = 1 } }
  client("to-" .. discipline) { calls = discipline, arrivals = poisson { rate = lambda } }
  server(discipline .. "-erlang") { discipline = discipline, service = erlang { k = k, mean = 1 } }
  client("to-" .. discipline .. "-erlang") { calls = discipline .. "-erlang", arrivals = poisson { rate = lambda } }
end
