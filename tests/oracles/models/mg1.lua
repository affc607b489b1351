-- M/G/1 queues side by side: the same load, service laws from almost regular to very irregular.
local lambda = param("lambda", 0.6, "arrivals per second at each")
local k = param("k", 4, "phases of the Erlang law, mean 1")
local p = param("p", 0.2, "hyperexponential: probability of the slow branch")
local slow = param("slow", 0.4, "its rate")
local fast = param("fast", 1.6, "rate of the other branch")
local low = param("low", 0.5, "uniform law: from")
local high = param("high", 1.5, "to")
local cv = param("cv", 0.9, "lognormal law: coefficient of variation, mean 1")
local weibull_shape = param("weibull_shape", 0.8, "shape of the Weibull law, scale 0.9")
local weibull_scale = param("weibull_scale", 0.9, "its scale")
local pareto_shape = param("pareto_shape", 7, "shape of the Pareto law")
local pareto_scale = param("pareto_scale", 0.9, "its scale")
local shift = param("shift", 0.3, "constant part of the shifted gamma law")
local gamma_shape = param("gamma_shape", 1.4, "shape of its gamma part")
local gamma_scale = param("gamma_scale", 0.5, "scale of its gamma part")
local value = param("value", 0.6, "mixed law: half of the services take exactly this")
local rate1 = param("rate1", 1, "and the others the longer of two exponentials, with this rate")
local rate2 = param("rate2", 1.5, "and with this one")
local onward = param("onward", 0.5, "phase-type law: one phase of rate 2, then with this probability another of rate 1")

run { duration = 5.5e5, warmup = 500, runs = 16 }
local laws = {
  erlang = erlang { k = k, mean = 1 },
  hyperexponential = hyperexponential { { p, slow }, { 1 - p, fast } },
  uniform = uniform { min = low, max = high },
  lognormal = lognormal { mean = 1, cv = cv },
  weibull = weibull { shape = weibull_shape, scale = weibull_scale },
  pareto = pareto { shape = pareto_shape, scale = pareto_scale },
  shifted = shift + gamma { shape = gamma_shape, scale = gamma_scale },
  mixed = mixture {
    { 0.5, constant(value) }, { 0.5, max(exponential { rate = rate1 }, exponential { rate = rate2 }) } },
  phases = phase_type { alpha = { 1, 0 }, T = { { -2, 2 * onward }, { 0, -1 } } } }
for name, law in pairs(laws) do
  server(name) { service = law }
  client("to-" .. name) { calls = name, arrivals = poisson { rate = lambda } }
end
