/**
 * Script: everything that Redis or Valkey does for limits, as one script of one key each.
 *
 * Each call takes and judges in one step, by the server's own clock: the clocks of the nodes do not matter. One key per
 * call is what a cluster can do, whichever of its masters has it. Nothing newer than Redis 6.2 is used, no flags, no
 * functions, so that Valkey and its like run it, too.
 *
 * Moments are whole sixteenths of a microsecond since 2025: exact as doubles until 2042. A moment that lies further
 * ahead than a limit can be behind was written by a server whose clock was ahead; it counts as far as it can.
 */
import { hash } from "node:crypto";

/** Units of the script in a millisecond. */
export const SCRIPT_UNITS_PER_MILLISECOND = 16_000;

export const SCRIPT = `
local op, key = ARGV[1], KEYS[1]
local time = redis.call('TIME')
local now = (time[1] - 1735689600) * 16000000 + time[2] * 16
local function number(at) return tonumber(ARGV[at]) end
local function whole(value) return string.format('%.0f', value) end

local function owed(deepest)
  local full = tonumber(redis.call('GET', key) or '0')
  return math.min(math.max(full - now, 0), deepest)
end
local function owe(units)
  if units > 0 then redis.call('SET', key, whole(now + units), 'PX', whole(math.ceil(units / 16000)))
  else redis.call('DEL', key) end
end

-- worth, most, deepest, want, least, brought: grants as much as there is of what is wanted, or nothing below the least.
if op == 'take' then
  local worth, most, want, least = number(2), number(3), number(5), number(6)
  local before = owed(number(4))
  local debt = math.max(before, number(7))
  local free = math.max(0, math.floor((most - debt) / worth))
  local granted = math.min(want, free)
  if granted < least then granted = 0 end
  if granted > 0 or debt > before then owe(debt + granted * worth) end
  local wait = 0
  if granted < least then wait = math.ceil((debt + least * worth - most) / 16000) end
  if least == 0 and debt > most then wait = math.ceil((debt - most) / 16000) end
  return { granted, free - granted, wait }
end

-- worth, deepest, tokens
if op == 'charge' then
  local deepest = number(3)
  owe(math.min(deepest, math.max(0, owed(deepest) + number(4) * number(2))))
  return 1
end

-- capacity, window in microseconds, cost, brought: a list of moments, the newest first.
if op == 'stamp' then
  local capacity, window, cost, brought = number(2), number(3), number(4), number(5)
  local micro = time[1] * 1000000 + time[2]
  local count = redis.call('LLEN', key)
  while count > 0 and micro - tonumber(redis.call('LINDEX', key, -1)) >= window do
    redis.call('RPOP', key)
    count = count - 1
  end
  for _ = count + 1, brought do redis.call('RPUSH', key, whole(micro)) end
  count = math.max(count, brought)
  local over = count + cost - capacity
  if over > 0 then
    local wait = 0
    if over <= count then wait = math.ceil((window - (micro - tonumber(redis.call('LINDEX', key, count - over)))) / 1000) end
    return { 0, math.max(0, capacity - count), wait }
  end
  for _ = 1, cost do redis.call('LPUSH', key, whole(micro)) end
  if count + cost > 0 then redis.call('PEXPIRE', key, whole(math.ceil(window / 1000))) end
  return { 1, -over, 0 }
end
-- tokens
if op == 'unstamp' then
  for _ = 1, number(2) do redis.call('RPOP', key) end
  return 1
end

-- most, milliseconds, name: a set of leases by the moment at which they end.
if op == 'lease' or op == 'renew' then
  local milli = math.floor(time[1] * 1000 + time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', milli)
  local held = redis.call('ZCARD', key)
  if op == 'lease' and held >= number(2) then return { 0, 0 } end
  redis.call('ZADD', key, milli + number(3), ARGV[4])
  redis.call('PEXPIRE', key, ARGV[3])
  return { 1, math.max(0, number(2) - held - 1) }
end
-- name
if op == 'release' then return redis.call('ZREM', key, ARGV[2]) end

-- milliseconds
if op == 'once' then
  if redis.call('SET', key, '1', 'NX', 'PX', ARGV[2]) then return 1 end
  return 0
end
if op == 'forget' then return redis.call('DEL', key) end

-- milliseconds that it lasts, milliseconds ago
if op == 'mark' then
  local milli = math.floor(time[1] * 1000 + time[2] / 1000) - number(3)
  local left = number(2) - number(3)
  if left > 0 and milli > tonumber(redis.call('GET', key) or '0') then redis.call('SET', key, whole(milli), 'PX', whole(left)) end
  return 1
end
-- least milliseconds ago: how long ago it was, and how long to wait; -1: never
if op == 'step' then
  local at = redis.call('GET', key)
  if not at then return { 0, -1 } end
  local ago = math.floor(time[1] * 1000 + time[2] / 1000) - tonumber(at)
  local wait = math.max(0, number(2) - ago)
  if wait == 0 then redis.call('DEL', key) end
  return { ago, wait }
end

-- milliseconds that it lasts: the moment at which it ends, the latest of all.
if op == 'note' then
  local ends = math.floor(time[1] * 1000 + time[2] / 1000) + number(2)
  if ends > tonumber(redis.call('GET', key) or '0') then redis.call('SET', key, whole(ends), 'PX', ARGV[2]) end
  return 1
end
if op == 'noted' then return redis.call('GET', key) and 1 or 0 end

-- Asked once after connecting: the server has the script then, and may run it.
if op == 'hello' then return 1 end

return redis.error_reply('ERR unknown operation')
`;

export const SCRIPT_SHA: string = hash("sha1", SCRIPT);
