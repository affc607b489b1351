server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { tail_of_empty = "one" }
--! :3: `solve.tail_of_empty`: expected "zero" or "certain", got "one"
