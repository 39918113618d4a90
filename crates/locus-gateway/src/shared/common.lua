-- What the scripts have in common. All keys of one script have one hash tag, so that they are in one place in a cluster.
local calls, tokens, budget, leases, held, ended = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]

-- Microseconds by the clock of the store: those of the gateways do not matter. Tests bring a clock of their own.
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local second = math.floor(now / 1000000)

-- Longer than any gateway is away: what is left of a key that nobody uses any more goes with it.
local MONTH = 30 * 24 * 3600 * 1000

local function text(number)
  return string.format('%.17g', number)
end

-- Periods follow on each other from the making of the key on; without any there is one.
local function period(begun, every)
  if every == 0 then return begun end
  return second - math.max(second - begun, 0) % every
end

-- What was spent in the period. A gateway brings what it knew last and the name of the sum that it knew it of: if the store has
-- lost the sum since, or another gateway that knew less has begun a new one, the larger one counts.
local function purse(begun, every, known, known_since, known_name, name)
  local since = period(begun, every)
  local found = redis.call('HMGET', budget, 'spent', 'since', 'name')
  local spent = tonumber(found[1] or '')
  if not spent then
    return known_since == since and known or 0, since, name
  end
  if tonumber(found[2]) ~= since then
    spent = 0
  elseif known_name ~= '' and known_name ~= found[3] and known_since == since then
    spent = math.max(spent, known)
  end
  return spent, since, found[3]
end

local function save(spent, since, name, every)
  redis.call('HSET', budget, 'spent', text(spent), 'since', text(since), 'name', name)
  if every > 0 then
    -- An hour more than the period, after which the sum would be a new one anyway.
    redis.call('PEXPIRE', budget, text((since + every - second) * 1000 + 3600000))
  else
    redis.call('PERSIST', budget)
  end
end

-- Ends the calls that nobody has renewed. What they reserved is taken as spent: the service may have billed it.
local function sweep(spent)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', text(now))) do
    local dollars = redis.call('HGET', held, id) or '0'
    spent = spent + tonumber(dollars)
    redis.call('ZREM', leases, id)
    redis.call('HDEL', held, id)
    redis.call('HSET', ended, id, dollars)
    redis.call('PEXPIRE', ended, MONTH)
  end
  return spent
end

-- A bucket of tokens that fills up over a minute, as it is now.
local function bucket(capacity)
  local found = redis.call('HMGET', tokens, 'left', 'at')
  local left = tonumber(found[1] or '')
  if not left then return capacity end
  return math.min(left + (now - tonumber(found[2])) / 60000000 * capacity, capacity)
end

local function fill(left, capacity)
  redis.call('HSET', tokens, 'left', text(left), 'at', text(now))
  -- A bucket that is full is as good as none.
  local full = capacity > 0 and (capacity - left) / capacity * 60000 or 0
  redis.call('PEXPIRE', tokens, text(math.ceil(full) + 1000))
end
