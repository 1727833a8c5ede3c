-- wrk's part: send the requests of a file in turn, each keyed one under a key never used before.
local requests = dofile(os.getenv("BENCH_REQUESTS"))
local seed = os.getenv("BENCH_SEED")
local count = 0

request = function()
  local each = requests[count % #requests + 1]
  count = count + 1
  if each.keyed then
    each.headers["Idempotency-Key"] = seed .. count
    return wrk.format(each.method, each.path, each.headers, each.body)
  end
  if not each.ready then
    each.ready = wrk.format(each.method, each.path, each.headers, each.body)
  end
  return each.ready
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"operations": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
