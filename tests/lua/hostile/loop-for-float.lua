for x = 0.0, 2^53, 1.0 do end
