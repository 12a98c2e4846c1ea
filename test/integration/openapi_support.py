"""openapi.yaml as a test reads it: its operations and their examples, and what of an answer does not agree with
it. Stricter than the file is for clients: an answer has no member and no header that is not in it."""
import copy
import json
import re
import sys
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple
from urllib.parse import quote, urlencode

from harness.abilities import do_without
from harness.postgres import ROOT
from harness.server import Response

try:
    import jsonschema
    import yaml
except ImportError as missing:
    jsonschema = None
    why = str(missing)

# Of every answer, or of those of a kind whatever the route.
COMMON = {"date", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "vary",
          "cache-control", "access-control-allow-origin", "access-control-allow-credentials"}
# What their other parameters need.
BESIDES: Dict[str, Dict[str, Any]] = {"GET /ads": {"fields": "all"}, "GET /ads/analytics": {"period": "today"}}
METHODS = ("get", "put", "post", "delete", "patch")


class Call(NamedTuple):
    """A request that an operation's examples make up."""
    what: str
    path: str
    headers: Dict[str, str]
    body: Optional[bytes]


class Description:
    def __init__(self) -> None:
        if jsonschema is None:
            do_without(f"needs python3-yaml and python3-jsonschema, which {sys.executable} does not have: {why}")
        self.file = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
        self.schemas = close_all(self.file["components"]["schemas"])

    def resolve(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            at: Any = self.file
            for part in node["$ref"].lstrip("#/").split("/"):
                at = at[part]
            node = at
        return node

    def operations(self) -> Iterator["Operation"]:
        for path, item in self.file["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(self, method.upper(), path, item[method], item.get("parameters", []))

    def operation(self, method: str, path: str) -> "Operation":
        return next(op for op in self.operations() if (op.method, op.path) == (method, path))

    def check(self, schema: Any, value: Any) -> None:
        """AssertionError where the value is not as the schema has it."""
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **closed(schema),
                 "components": {"schemas": self.schemas}}
        faults = sorted(jsonschema.Draft202012Validator(whole).iter_errors(value), key=str)
        assert not faults, f"{value!r}: " + "; ".join(
            f"{'.'.join(str(part) for part in fault.absolute_path)}: {fault.message}" for fault in faults)


def close_all(schemas: Dict[str, Any]) -> Dict[str, Any]:
    """Each one closed, and as `<name>.open` for those that are made of it and of more."""
    return {**{name: closed(schema) for name, schema in schemas.items()},
            **{f"{name}.open": closed(schema, is_part=True) for name, schema in schemas.items()}}


def closed(schema: Any, is_part: bool = False) -> Any:
    """No object has other members than are described."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return copy.deepcopy(schema)
    made = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: closed(of) for name, of in value.items()}
        elif key == "allOf":
            made[key] = [{"$ref": of["$ref"] + ".open"} for of in value]
        else:
            made[key] = closed(value)
    if not is_part and "additionalProperties" not in schema and ("properties" in schema or "allOf" in schema):
        made["unevaluatedProperties"] = False
    return made


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Operation:
    """One method of one path."""

    def __init__(self, file: Description, method: str, path: str, content: Dict[str, Any], shared: List[Any]) -> None:
        self.file = file
        self.method = method
        self.path = path
        self.content = content
        self.parameters = [file.resolve(parameter) for parameter in shared + content.get("parameters", [])]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def statuses(self) -> List[int]:
        return [int(status) for status in self.content["responses"] if status != "default"]

    def needs_admin(self) -> bool:
        return any("adminToken" in scheme for scheme in self.content.get("security", []))

    def fill(self, values: Dict[str, str], extra: Optional[Dict[str, Any]] = None) -> Tuple[str, Dict[str, str]]:
        """The path with its query, and header fields: of what is required, of `extra` and nothing else."""
        path, query, headers = self.path, [], {}
        for parameter in self.parameters:
            name = parameter["name"]
            value = (extra or {}).get(name, values.get(name, parameter.get("example")))
            if parameter["in"] == "path":
                assert value is not None, f"{self}: {name} has no example"
                path = path.replace(f"{{{name}}}", quote(as_text(value)))
            elif not parameter.get("required") and name not in (extra or {}):
                continue
            elif parameter["in"] == "header":
                headers[name] = as_text(value)
            elif not isinstance(value, list):
                query.append((name, as_text(value)))
            elif parameter.get("explode", True):
                query += [(name, as_text(item)) for item in value]
            else:
                query.append((name, ",".join(as_text(item) for item in value)))
        return path + ("?" + urlencode(query) if query else ""), headers

    def calls(self, values: Dict[str, str]) -> Iterator[Call]:
        """A request for each example of its body and of each parameter, and the bare one. `values` are for what has
        no example."""
        bodies = list(self.bodies())
        besides = BESIDES.get(str(self), {})
        for what, kind, body in bodies:
            path, headers = self.fill(values, besides if self.path == "/ads/analytics" else None)
            yield Call(what, path, {**headers, **({"Content-Type": kind} if kind else {})}, body)
        for parameter in self.parameters:
            if parameter["in"] == "path" or "example" not in parameter or parameter.get("required"):
                continue
            example = parameter["example"]
            if parameter["name"] == "Idempotency-Key":
                example = f"{example} {self}"  # each request's own
            path, headers = self.fill(values, {**besides, parameter["name"]: example})
            _, kind, body = bodies[0]
            yield Call(parameter["name"], path, {**headers, **({"Content-Type": kind} if kind else {})}, body)

    def bodies(self) -> Iterator[Tuple[str, str, Optional[bytes]]]:
        if "requestBody" not in self.content:
            yield "", "", None
            return
        for kind, of in self.content["requestBody"]["content"].items():
            assert of["examples"], f"{self} has no example of {kind}"
            for name, example in of["examples"].items():
                value = example["value"]
                yield name, kind, (value if isinstance(value, str) else json.dumps(value)).encode()

    def check(self, answer: Response, is_head: bool = False) -> None:
        """AssertionError where the answer is not as the operation has it."""
        status = str(answer.status)
        assert status in self.content["responses"], f"{self}: {status} is not in the file: {answer.body[:500]!r}"
        check_answer(self.file, self.file.resolve(self.content["responses"][status]), answer, is_head)


def check_answer(file: Description, response: Dict[str, Any], answer: Response, is_head: bool = False) -> None:
    check_headers(file, response.get("headers", {}), answer)
    kind = re.split(r"[; ]", answer.headers.get("Content-Type") or "")[0]
    kinds = response.get("content", {})
    if not kinds:
        assert not answer.body, answer.body[:500]
        return
    assert kind in kinds, f"{kind!r} is not among {list(kinds)}"
    if is_head:
        assert not answer.body, answer.body[:500]
        return
    schema = kinds[kind]["schema"]
    if kind == "application/json":
        file.check(schema, json.loads(answer.body))
    elif kind == "application/x-ndjson":
        for line in answer.body.decode().splitlines():
            file.check(schema["contentSchema"], json.loads(line))
    elif schema.get("type") == "string":
        assert answer.body.decode()


def check_headers(file: Description, headers: Dict[str, Any], answer: Response) -> None:
    known = {name.lower() for name in headers} | COMMON
    strangers = {name.lower() for name in answer.headers} - known
    assert not strangers, f"{answer.status} has headers that are not in the file: {strangers}"
    for name, of in headers.items():
        header = file.resolve(of)
        value = answer.headers.get(name)
        assert value is not None or not header.get("required"), f"{answer.status} lacks {name}"
        if value is not None:
            is_number = file.resolve(header["schema"]).get("type") == "integer"
            file.check(header["schema"], int(value) if is_number else value)
