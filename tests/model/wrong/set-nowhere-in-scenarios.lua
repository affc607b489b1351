server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", function() end)
--@ --set db.threads=3
--! --set db.threads=3: there is no parameter or component `db`
