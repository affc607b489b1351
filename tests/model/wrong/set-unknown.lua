server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", function()
  set { ["web.retires"] = 3 }
end)
--! :4: `web.retires` does not exist; did you mean `web.retries`?
