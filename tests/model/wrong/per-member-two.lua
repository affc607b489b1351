server "api" { service = per_member(1, function(x) return x end) + per_member(2, function(y) return y end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `+` takes at most one per_member
