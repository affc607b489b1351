local s = ("a"):rep(1 << 20)
s:find("^(a*)%1%1%1b")
