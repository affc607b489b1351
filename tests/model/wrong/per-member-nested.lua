server "api" { service = per_member(exponential { mean = 1 }, function(x)
  return per_member(x, function(y) return y end)
end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: `per_member` is written per_member(law, function(x) return law of x end), got a drawn parameter
