-- A gateway says that it is there, and hears how many are and which deployments rest, and for how long.
local replicas, rests = KEYS[1], KEYS[2]
redis.call('ZADD', replicas, text(now + tonumber(ARGV[3])), ARGV[2])
redis.call('ZREMRANGEBYSCORE', replicas, '-inf', text(now))
redis.call('PEXPIRE', replicas, MONTH)
local answer = {text(redis.call('ZCARD', replicas))}
local flat = redis.call('HGETALL', rests)
for at = 1, #flat, 2 do
  local left = tonumber(flat[at + 1]) - now
  if left <= 0 then
    redis.call('HDEL', rests, flat[at])
  else
    answer[#answer + 1] = flat[at]
    answer[#answer + 1] = text(left)
  end
end
return answer
