server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", function() model { title = "x" } end)
--! :3: `model` stands outside of scenarios
