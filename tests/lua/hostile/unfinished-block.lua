for i = 1, 3 do
  local x = i
