/**
 * Returns the token of the key; where there is nothing, leaves a placeholder with a new one. A placeholder's time
 * starts anew with each reader that joins, a value's does not.
 * KEYS[1] the key; ARGV[1] a new token, ARGV[2] life of a placeholder, ms.
 */
export const beginScript = `
local held = redis.call('hget', KEYS[1], 'token')
if not held then
  held = ARGV[1]
  redis.call('hset', KEYS[1], 'token', held)
end
if redis.call('hexists', KEYS[1], 'value') == 0 then
  redis.call('pexpire', KEYS[1], ARGV[2])
end
return held
`

/**
 * Stores a value only while the key bears the token of its begin; with a new token, so that a second reader with the
 * same one cannot put an older reading over it.
 * KEYS[1] the key; ARGV[1] the token of begin, ARGV[2] the next one, ARGV[3] the value, ARGV[4] time to live, ms.
 */
export const fillScript = `
if redis.call('hget', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
redis.call('hset', KEYS[1], 'token', ARGV[2], 'value', ARGV[3])
redis.call('pexpire', KEYS[1], ARGV[4])
return 1
`
