error(("x"):rep(1 << 24))
