-- Keeps calls that are under way. One that was given up, because its gateway could not be heard, is taken up again.
local ttl = tonumber(ARGV[2])
local limit, every, begun = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local back = 0
for at = 6, #ARGV do
  local id = ARGV[at]
  local charged = redis.call('HGET', ended, id)
  if charged and charged ~= 'settled' then
    redis.call('HDEL', ended, id)
    redis.call('HSET', held, id, charged)
    redis.call('ZADD', leases, text(now + ttl), id)
    back = back + tonumber(charged)
  elseif redis.call('HEXISTS', held, id) == 1 then
    redis.call('ZADD', leases, text(now + ttl), id)
  end
end
if limit >= 0 and back > 0 then
  local spent, since, name = purse(begun, every, 0, 0, '', '')
  save(math.max(spent - back, 0), since, name, every)
end
return {}
