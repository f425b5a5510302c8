"""What Redis does for the page cache in one go each, in Lua."""

# KEYS: page, lock, hash of changes, then what else to read. ARGV: id of the page this process
# holds, life of the lock in ms, grace in ms, owner of the lock, name of the member or "".
# Gives a word (see entries.Found); what else was read, for the member if there is one; the member
# as remembered, or else epoch and clock of the changes; and for the page id, head and text.
FIND = """
local function read(names)
  if names == '' then return {} end
  local split = {}
  for name in string.gmatch(names, '[^\\n]+') do split[#split + 1] = name end
  return redis.call('MGET', unpack(split))
end
local function stands(names, tokens)
  local now = read(names)
  for i = 1, #now do now[i] = now[i] or '' end
  return table.concat(now, ' ') == tokens
end
local others, member, changes = {}, false, false
if ARGV[5] ~= '' then
  local known = redis.call('HMGET', ARGV[5], 'names', 'tokens', 'text', 'others')
  if known[1] and stands(known[1], known[2]) then
    member, others = known[3], read(known[4])
  else
    changes = redis.call('HMGET', KEYS[3], 'epoch', 'clock')
  end
elseif #KEYS > 3 then
  others = redis.call('MGET', unpack(KEYS, 4))
end
local page = redis.call('HMGET', KEYS[1], 'id', 'names', 'tokens')
if not page[1] or not stands(page[2], page[3]) then
  local word = redis.call('EXISTS', KEYS[2]) == 1 and 'awaited' or 'none'
  return {word, others, member, changes}
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) and
   redis.call('SET', KEYS[2], ARGV[4], 'NX', 'PX', ARGV[2]) then
  return {'due', others, member, changes}
end
if page[1] == ARGV[1] then return {'held', others, member, changes} end
local text = redis.call('HMGET', KEYS[1], 'head', 'text')
return {'sent', others, member, changes, page[1], text[1], text[2]}
"""

# KEYS: lock, hash of changes. ARGV: owner, life of the lock in ms, new epoch, life of the hash.
# Gives whether the lock is the caller's, and epoch and clock of the changes.
BEGIN = """
local won = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
  or redis.call('GET', KEYS[1]) == ARGV[1]
if redis.call('HSETNX', KEYS[2], 'epoch', ARGV[3]) == 1 then
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
local changes = redis.call('HMGET', KEYS[2], 'epoch', 'clock')
return {won and 1 or 0, changes[1], changes[2] or '0'}
"""

# Gives the tokens of KEYS from the third on, making those that are not there; nothing when one
# changed after epoch and clock in ARGV, or is being written. KEYS[2] is the hash of changes.
# ARGV: epoch, clock, new token, its life.
_UNCHANGED = """
local function unchanged()
  if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return nil end
  local tokens = {}
  for i = 3, #KEYS do
    local changed = redis.call('HGET', KEYS[2], KEYS[i])
    if changed and tonumber(changed) > tonumber(ARGV[2]) then return nil end
    local token = redis.call('GET', KEYS[i])
    if not token then
      redis.call('SET', KEYS[i], ARGV[3], 'EX', ARGV[4])
      token = ARGV[3]
    end
    if string.sub(token, 1, 2) == 'w:' then return nil end
    tokens[#tokens + 1] = token
  end
  return table.concat(tokens, ' ')
end
"""

# KEYS: page, hash of changes, then tokens. ARGV: as above, then life of the page in ms, names of
# the tokens, lock and its owner, id, head, text.
KEEP = (
    _UNCHANGED
    + """
if redis.call('GET', ARGV[7]) == ARGV[8] then redis.call('DEL', ARGV[7]) end
local tokens = unchanged()
if not tokens then return 0 end
redis.call('HSET', KEYS[1], 'names', ARGV[6], 'tokens', tokens,
  'id', ARGV[9], 'head', ARGV[10], 'text', ARGV[11])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""
)

# KEYS: member, hash of changes, then tokens. ARGV: as above, then life in ms, names of the
# tokens, text, names of what else to read.
REMEMBER = (
    _UNCHANGED
    + """
local tokens = unchanged()
if not tokens then return 0 end
redis.call('HSET', KEYS[1], 'names', ARGV[6], 'tokens', tokens, 'text', ARGV[7], 'others', ARGV[8])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""
)

LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
