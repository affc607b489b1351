server "api" { service = function() return 1 end }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, retries = function() return 1 end }
--! :1: `api.service`: expected a number of at least 0 or a distribution, got a function
--! :2: `web.retries`: expected a whole number from 0 to 1000000000, got a function
