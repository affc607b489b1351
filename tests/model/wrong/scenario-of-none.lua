server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --scenario any
--! : there is no scenario "any": the file has none
