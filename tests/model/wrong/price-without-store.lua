server "p" { service = 1 }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
price { per_GB = 1 }
--! :3: `price` is that of stores, and the model has none
