server "api" { apis = { read = { calls = "db" } } }
server "db" { service = 1 }
client "web" { calls = "api.read", arrivals = poisson { rate = 1 } }
--! :1: `api.apis.read` lacks `work`: expected a number of at least 0 or a distribution
