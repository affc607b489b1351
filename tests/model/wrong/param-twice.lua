local a = param("rate", 1)
local b = param("rate", 2)
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: the parameter `rate` is declared twice, first on line 1
