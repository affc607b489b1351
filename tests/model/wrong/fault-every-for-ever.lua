server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { every = exponential { mean = 5 }, crash = "api" }
--! :3: a fault with `every` needs `lasts`, else it comes only once
