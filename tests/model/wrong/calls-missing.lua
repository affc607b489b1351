server "api" { service = 0.1 }
client "web" { arrivals = poisson { rate = 1 } }
--! :2: `web` lacks `calls`: expected "server", "server.api" or { {weight, "server"}, ... }
