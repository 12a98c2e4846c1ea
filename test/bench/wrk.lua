-- For wrk: POSTs the bodies of the file named after --, one a line, or GETs its paths, which begin with a
-- slash; GETs without a file. Prints JSON.
function init(args)
    if args[1] == nil then
        return
    end
    local requests = {}
    for line in io.lines(args[1]) do
        if line:sub(1, 1) == "/" then
            requests[#requests + 1] = wrk.format("GET", line)
        else
            requests[#requests + 1] =
                wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, line)
        end
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
