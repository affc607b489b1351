local d = undefined_law
local e = -d + 3 * d.mean / d(5) - max(d, 2) .. "x"
local n = #d
if d < 3 or d == e then n = 1 end
server "api" { service = e, threads = 0, apis = d }
client "web" { calls = d, arrivals = poisson { rate = d }, network = d, hedge = { after = d } }
fault { at = d, crash = d }
run { seed = d }
local f = per_member(d, function(x) return x end)
--! :1: `undefined_law` is not defined
--! :5: `api.threads`: expected a whole number of at least 1 or a distribution, got 0
--! :5: `api` takes `service` or `apis`, not both
