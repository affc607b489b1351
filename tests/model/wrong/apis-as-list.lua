server "api" { apis = { 1, 2 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.apis`: apis have names: { name = law or { work=, calls= }, ... }
