tostring(setmetatable({}, {__tostring = 5}))
