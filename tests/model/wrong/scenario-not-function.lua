server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", { })
--! :3: `scenario` is written scenario("name", function() ... end)
