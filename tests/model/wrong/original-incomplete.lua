model { quantum = 1, original = { after = 3 } }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, subset = 1 }
--! :1: `model.original` lacks `every`: expected a number above 0
