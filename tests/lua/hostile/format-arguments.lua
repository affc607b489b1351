("%d"):rep(100000):format(1)
