server "api" { apis = { ["a.b"] = 1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.apis`: an api's name has no dots, brackets or spaces, got "a.b"
