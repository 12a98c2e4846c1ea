-- For wrk: POSTs the bodies of the file named after --, one a line; GETs without one. Prints JSON.
function init(args)
    if args[1] == nil then
        return
    end
    local requests = {}
    for body in io.lines(args[1]) do
        requests[#requests + 1] =
            wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, body)
    end
    local last = 0
    request = function()
        last = last % #requests + 1
        return requests[last]
    end
end

function done(summary)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
