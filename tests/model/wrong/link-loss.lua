server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, network = link { rtt = 1, loss = 1.5 } }
--! :2: `web.network.loss`: expected a number from 0 to 1, got 1.5
