-- Replaces what a call has reserved by what it really took. It may be told twice, and counts once.
local id, kind, taken_from = ARGV[2], ARGV[3], ARGV[4]
local tpm, guessed, counted = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local limit, every, begun = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local dollars = tonumber(ARGV[11])
local known, known_since, known_name = tonumber(ARGV[12]), tonumber(ARGV[13]), ARGV[14]

local spent, since, name = 0, 0, ''
if limit >= 0 then
  spent, since, name = purse(begun, every, known, known_since, known_name, id)
end
local lease, charged = redis.call('HGET', held, id), redis.call('HGET', ended, id)
if lease then
  redis.call('ZREM', leases, id)
  redis.call('HDEL', held, id)
  spent = spent + dollars
elseif charged and charged ~= 'settled' then
  redis.call('HDEL', ended, id)
  spent = math.max(spent + dollars - tonumber(charged), 0)
elseif kind == 'alone' and not charged then
  -- It was admitted without the store, which therefore has to remember that it was told.
  redis.call('HSET', ended, id, 'settled')
  redis.call('PEXPIRE', ended, MONTH)
  spent = spent + dollars
elseif kind == 'lease' and taken_from == '' and not charged then
  -- Its gateway has never heard whether it was taken, and has refused it. If it comes yet, it is too late.
  redis.call('HSET', ended, id, 'settled')
  redis.call('PEXPIRE', ended, MONTH)
elseif kind == 'lease' and taken_from ~= name and not charged then
  -- The store has lost the lease, together with the sum that it was taken from.
  spent = spent + dollars
end
if tpm > 0 and (lease or charged and charged ~= 'settled') then
  fill(math.min(bucket(tpm) + guessed - counted, tpm), tpm)
end
if limit >= 0 then
  save(spent, since, name, every)
end
return {text(spent), text(since), name}
