local s = (""):rep(1 << 40, ",")
