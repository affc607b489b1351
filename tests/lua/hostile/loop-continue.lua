for i = 1, math.huge do
  if i % 2 == 0 then goto continue end
  ::continue::
end
