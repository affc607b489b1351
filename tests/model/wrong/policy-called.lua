server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
local x = random()
--! :3: random() draws only while a policy's function runs; a model's file is the same at every reading
