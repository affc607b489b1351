server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
scenario("a", function()
  set { ["web.backoff.base"] = 3 }
end)
--! :4: `web.backoff` is not given in the model, so it has no `base`
