server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", function() end)
scenario("a", function() end)
--! :4: the scenario "a" is declared twice
