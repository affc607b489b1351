-- Modulated arrivals start in their stationary distribution: many sources, watched only at their very beginning.
local calm = param("calm", 5, "arrivals per second while calm")
local storm = param("storm", 15, "in a storm")
local switch = param("switch", 0.5, "rate of change, either way")
local sources = param("sources", 50, "of them")

run { duration = 2, runs = 200, kind = "terminating" }
server "api" { threads = 10000, service = constant(0.1) }
for i = 1, sources do
  client("source-" .. i) {
    calls = "api", arrivals = mmpp { rates = { calm, storm }, transitions = { { 0, switch }, { switch, 0 } } } }
end
