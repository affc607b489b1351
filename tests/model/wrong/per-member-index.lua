server "api" { service = per_member(exponential { mean = 1 }, function(x) return x.y end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: the fields of a drawn parameter cannot be read
