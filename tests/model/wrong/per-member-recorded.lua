server "api" { service = per_member(recorded(), function(x) return x end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: a parameter cannot be drawn from recorded()
