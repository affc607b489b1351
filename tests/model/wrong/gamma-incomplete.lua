server "api" { service = gamma { shape = 2 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `gamma` lacks `scale`: expected it written gamma{shape=, scale=}
