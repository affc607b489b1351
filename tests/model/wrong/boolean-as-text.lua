server "api" { service = 0.1, async = "yes" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.async`: expected true or false, got "yes"
