setmetatable({}, {__mode = "k"})
