server "api" { service = exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
if exponential { rate = 1 } < 3 then end
--! :3: exponential cannot be compared
