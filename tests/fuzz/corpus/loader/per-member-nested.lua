server "api" { service = per_member(exponential { mean = 1 }, function(x)
  return per_member(exponential { mean = 1 }, function(y) return y end)
end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
