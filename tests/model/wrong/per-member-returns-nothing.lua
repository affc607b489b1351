server "api" { service = per_member(exponential { mean = 1 }, function(x) end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: the function of `per_member` returns a distribution or a number, not nothing
