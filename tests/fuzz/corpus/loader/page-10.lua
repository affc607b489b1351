local rate = param("rate", 9.5, "requests per second")
server "api" { service = exponential { rate = 10 }, capacity = 100 }
client "web" { calls = "api", arrivals = poisson { rate = rate }, timeout = 3 }
scenario("as it is", function() end)
scenario("patient", function() set { ["web.timeout"] = 12 } end)
scenario("eager", function() set { ["web.retries"] = 9, ["web.policy"] = round_robin } end)
scenario("two of them", function()
  server "second" { service = exponential { rate = 10 } }
  set { ["web.calls"] = { {1, "api"}, {1, "second"} } }
end)
