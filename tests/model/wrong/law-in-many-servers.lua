local d = exponential { rate = 1 }
for i = 1, 11 do d = d + d end
for i = 1, 1e6 do
  server("a" .. i) { service = d }
end
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :4: the budget of 100000000 instructions is used up: is there an endless loop?
