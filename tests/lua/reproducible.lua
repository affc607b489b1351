-- Everything that could show a hash, an address or the clock.
local seed = 12345
local function draw(n)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return (seed >> 8) % n
end

-- Keys of every kind: strings, tables, functions, floats, long strings.
local kinds = {}
kinds.strings = {}
for i = 1, 12 do kinds.strings[i] = "key" .. i end
kinds.tables = {}
for i = 1, 12 do kinds.tables[i] = {} end
kinds.functions = { emit, string.len, table.concat, math.sin, type, error, assert, string.rep, next, pairs, tostring, ipairs }
kinds.closures = {}
for i = 1, 12 do kinds.closures[i] = function() return i end end
kinds.floats = {}
for i = 1, 12 do kinds.floats[i] = i + 0.5 end
kinds.long = {}
for i = 1, 12 do kinds.long[i] = ("long"):rep(20) .. i end
kinds.iterators = { (ipairs({})), (pairs({})), (("x"):gmatch(".")), (ipairs({})) }
kinds.mixed = { "a", 1.5, true, kinds.tables[1], emit, ("b"):rep(100), false, -7, "c", 1e300, kinds.closures[1], "d" }

-- The length of a table with holes shows how its hash was laid out.
for _, name in ipairs({ "strings", "tables", "functions", "closures", "floats", "long", "iterators", "mixed" }) do
  local keys, lengths = kinds[name], {}
  for trial = 1, 200 do
    local t = {}
    for _ = 1, 5 + draw(60) do
      local r = draw(6)
      if r < 2 then t[keys[1 + draw(#keys)]] = 1
      elseif r < 4 then t[keys[1 + draw(#keys)]] = nil
      elseif r < 5 then t[1 + draw(20)] = 1
      else t[1 + draw(20)] = nil end
    end
    lengths[trial] = #t
  end
  emit(name, table.concat(lengths, " "))
end

-- Order.
local words = {}
for i = 1, 300 do words["w" .. (i * 7919) % 1009] = i end
words[1], words[2.5], words[-3], words[true], words[false], words[math.huge], words[2 ^ 60] = 1, 2, 3, 4, 5, 6, 7
for k, v in pairs(words) do emit(k, v) end
local k
repeat k = next(words, k) emit(k) until k == nil
for name in pairs(_G) do emit(name) end
for name in pairs(string) do emit(name) end

-- Sorting with ties and with a comparison that is none.
local list = {}
for i = 1, 2000 do list[i] = { key = draw(10), i = i } end
table.sort(list, function(a, b) return a.key < b.key end)
for i = 1, #list do emit(list[i].i) end
table.sort(list, function(a, b) return (a.i * b.i) % 3 == 1 end)
for i = 1, #list do emit(list[i].i) end

-- Texts.
emit(tostring({}), tostring(emit), tostring(type), ("%s %s"):format({}, error), tostring(0 / 0), 1e15, 2 ^ 53)
emit(tostring(setmetatable({}, { __name = "thing" })))

-- Last bits: half of the processes do without fused multiplications.
local x = 0.1
for _ = 1, 20000 do
  x = (x * 1.37 + 0.017) % 30
  emit(("%a %a %a %a %a %a"):format(math.exp(x), math.log(x + 0.001), math.sin(x), math.cos(x), math.tan(x), math.sqrt(x)))
end

-- When garbage is collected, seen through a weak table made behind setmetatable's back.
local mt = {}
local weak = setmetatable({}, mt)
mt.__mode = "v"
for _ = 1, 10 do
  weak[1] = {}
  local n = 0
  while weak[1] and n < 100000 do n = n + 1 local _ = { n, tostring(n) } end
  emit(n)
end
