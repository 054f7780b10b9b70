-- The JSON text of the sum of two numbers, given as text; nil where it is no finite number, or where two
-- integers would lose digits (tostring would, above 1e14).
local function sumText(left, right)
  local a, b = tonumber(left), tonumber(right)
  local sum = a + b
  local function exact(n) return n % 1 == 0 and math.abs(n) <= 2 ^ 53 - 1 end
  if exact(a) and exact(b) and not exact(sum) then return nil end
  if sum ~= sum or math.abs(sum) == math.huge then return nil end
  if exact(sum) then return string.format('%.0f', sum) end
  for digits = 15, 17 do
    local text = string.format('%.' .. digits .. 'g', sum)
    if tonumber(text) == sum then return text end
  end
end
