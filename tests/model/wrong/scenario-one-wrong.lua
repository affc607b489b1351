server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("good", function() end)
scenario("bad", function()
  server "db" { threads = 0, service = 1 }
end)
--! :5: `db.threads`: expected a whole number of at least 1 or a distribution, got 0 (in scenario "bad")
