server "api" { service = per_member(1, function(x)
  if x == exponential { rate = 1 } then return 1 end
  return x
end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: a drawn parameter has no value yet and cannot be compared
