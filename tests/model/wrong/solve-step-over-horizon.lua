server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { horizon = 5,
        step = 10 }
--! :4: `solve`: `step` is at most `horizon`, got 10 and 5
