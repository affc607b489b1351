server "api" { service = 0.1 }
client "web" { calls = 3, arrivals = poisson { rate = 1 } }
--! :2: `web.calls`: expected "server", "server.api" or { {weight, "server"}, ... }, got 3
