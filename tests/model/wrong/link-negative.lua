server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, network = link { rtt = 1 - exponential { mean = 1 } } }
--! :2: `web.network.rtt`: expected a number of at least 0 or a distribution, but a draw of this law can be as low as one likes
