server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", function()
  scenario("b", function() end)
end)
--! :4: a scenario cannot stand inside another
