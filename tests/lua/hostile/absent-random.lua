local x = math.random()
