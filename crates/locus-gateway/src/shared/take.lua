-- Takes a call out of the limits of a key: all of them, or none, and then it says which one is in the way.
local id, ttl = ARGV[2], tonumber(ARGV[3])
local rpm, tpm, parallel = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local limit, every, begun = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local wanted, dollars = tonumber(ARGV[10]), tonumber(ARGV[11])
local known, known_since, known_name = tonumber(ARGV[12]), tonumber(ARGV[13]), ARGV[14]

local spent, since, name = 0, 0, ''
if limit >= 0 then
  spent, since, name = purse(begun, every, known, known_since, known_name, id)
end
spent = sweep(spent)
if limit >= 0 then
  save(spent, since, name, every)
end

if redis.call('HGET', ended, id) == 'settled' then
  return {'late', '0', '0', text(spent), text(since), name}
end

local function refuse(what, wait, left)
  return {what, text(wait), text(left), text(spent), text(since), name}
end

if parallel >= 0 and redis.call('ZCARD', leases) >= parallel then
  return refuse('parallel', 1000000, 0)
end
local left = 0
if tpm >= 0 then
  left = bucket(tpm)
  if tpm == 0 then
    return refuse('tokens', 60000000, 0)
  end
  -- What is larger than the bucket needs a full one.
  local needed = math.min(wanted, tpm)
  if left < needed then
    return refuse('tokens', math.ceil((needed - left) / tpm * 60000000), 0)
  end
end
if limit >= 0 then
  local reserved = 0
  for _, each in ipairs(redis.call('HVALS', held)) do
    reserved = reserved + tonumber(each)
  end
  local rest = limit - spent - reserved
  if rest <= 0 or dollars > rest then
    local wait = every > 0 and (since + every - second) * 1000000 or -1
    return refuse('budget', wait, math.max(rest, 0))
  end
end
if rpm >= 0 then
  -- Calls by the second that they came in. Those of the last sixty seconds and of the one before count, so that no sixty
  -- seconds have more than the limit.
  local flat = redis.call('HGETALL', calls)
  local count, seconds = 0, {}
  for at = 1, #flat, 2 do
    local began, number = tonumber(flat[at]), tonumber(flat[at + 1])
    if began < second - 60 then
      redis.call('HDEL', calls, flat[at])
    else
      count = count + number
      seconds[#seconds + 1] = {began, number}
    end
  end
  if count >= rpm then
    local wait = 60000000
    local over = count - rpm + 1
    table.sort(seconds, function(a, b) return a[1] < b[1] end)
    for _, each in ipairs(seconds) do
      over = over - each[2]
      wait = (each[1] + 61) * 1000000 - now
      if over <= 0 then break end
    end
    return refuse('calls', wait, 0)
  end
  redis.call('HINCRBY', calls, text(second), 1)
  redis.call('PEXPIRE', calls, 62000)
end
if tpm >= 0 then
  fill(left - wanted, tpm)
end
if tpm >= 0 or parallel >= 0 or limit >= 0 then
  redis.call('ZADD', leases, text(now + ttl), id)
  redis.call('HSET', held, id, text(dollars))
  redis.call('PEXPIRE', leases, MONTH)
  redis.call('PEXPIRE', held, MONTH)
end
return {'taken', '0', '0', text(spent), text(since), name}
