server "api" { service = per_member(exponential { mean = 1 }, function(x)
  if x < 3 then return 1 end
  return 2
end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: a drawn parameter has no value yet and cannot be compared
