local kept
local law = per_member(exponential { mean = 1 }, function(x) kept = x return x end)
server "api" { service = exponential { mean = kept } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :3: `api.service`: a drawn parameter is used outside of the function it belongs to
