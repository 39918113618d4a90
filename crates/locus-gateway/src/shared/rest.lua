-- A deployment rests for a while, or no longer.
local rests, name, time = KEYS[2], ARGV[2], tonumber(ARGV[3])
if time <= 0 then
  redis.call('HDEL', rests, name)
else
  local before = tonumber(redis.call('HGET', rests, name) or '0')
  redis.call('HSET', rests, name, text(math.max(before, now + time)))
  redis.call('PEXPIRE', rests, MONTH)
end
return {}
