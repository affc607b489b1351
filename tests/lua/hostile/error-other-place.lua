local function f() error("of the caller", 2) end

f()
