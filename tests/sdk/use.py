"""Uses kestra_api by Kestra's SDK, and writes down what the SDK sends and what it takes for an answer.

use.py URL VERSION FILE: the server, which serves tests/sdk/flows; the version of kestrapy; where to write.
"""

import json
import sys
import time
from urllib.parse import urlsplit

import kestrapy
import requests
from kestrapy import KestraClient
from kestrapy.base_api import BaseApi
from kestrapy.exceptions import ConflictException, ForbiddenException, NotFoundException, UnauthorizedException, UnprocessableEntityException

url, version, file = sys.argv[1:]
KEY = "4wjtkzwVGBM9yKnjm3yv8r"
exchanges = []
ids = {}


def fire(flow, body):
    """Starts an execution by its webhook."""
    answer = requests.post(f"{url}/api/v1/executions/webhook/company.sdk/{flow}/{KEY}", json=body, timeout=30)
    answer.raise_for_status()
    ids[answer.json()["id"]] = flow
    return answer.json()["id"]


def await_state(execution, state):
    """Waits until an execution has a state, past the SDK: how often that asks is by chance."""
    for _ in range(600):
        answer = requests.get(f"{url}/api/v1/main/executions/{execution}", auth=("sdk", "sdk-password"), timeout=30)
        if answer.json()["state"]["current"] == state:
            return
        time.sleep(0.05)
    raise AssertionError(f"{execution} is not {state}: {answer.text}")


def named(text):
    """Puts the name of its flow in place of each id."""
    for execution, flow in ids.items():
        text = text.replace(execution, "{%s}" % flow)
    return text


# Members whose own members are anybody's.
FREE = {"variables", "inputs", "outputs"}


def members(value, path=""):
    """Returns the paths of the members of an answer."""
    if isinstance(value, list):
        return {p for item in value for p in members(item, path + "[]")}
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, member in value.items():
        at = f"{path}.{name}".lstrip(".")
        found |= {at} if name in FREE else {at} | members(member, at)
    return found


def shape(response):
    """Returns the members of an answer that is JSON."""
    if response.headers.get("Content-Type") != "application/json":
        return []
    return sorted(members(response.json()))


def record(response, *_args, **_kwargs):
    """Keeps a request of the SDK with the status and the kind of its answer."""
    sent = response.request
    path = urlsplit(sent.url)
    body = sent.body or b""
    exchanges.append({
        "method": sent.method,
        "target": named(path.path + ("?" + path.query if path.query else "")),
        "headers": {k: v for k, v in sorted(sent.headers.items()) if k not in ("Authorization", "Content-Length")},
        "body": body if isinstance(body, str) else body.decode(),
        "status": response.status_code,
        "contentType": response.headers.get("Content-Type", ""),
        "members": shape(response),
    })


# The SDK takes what does not fit its models as it comes; here that is an error, but for 2.0, whose model of a state fits nothing that
# Kestra says: it wants members such as getDuration.
strict = BaseApi._deserialize


def deserialize(data, kind):
    if version.startswith("1.") and isinstance(data, dict) and hasattr(kind, "from_dict"):
        return kind.from_dict(data)
    return strict(data, kind)


BaseApi._deserialize = staticmethod(deserialize)

client = KestraClient(host=url, username="sdk", password="sdk-password", timeout=30)
client._session.hooks["response"].append(record)
api = client.executions

hello, approve = fire("hello", {"name": "SDK"}), fire("approve", {})

# Reads.
got = api.execution(hello, "main")
got_hello = got
assert got.id == hello and got.state.current.value == "SUCCESS" and got.flow_id == "hello", got
assert [(l.key, l.value) for l in got.labels if l.key == "team"] == [("team", "red")], got.labels
assert got.task_run_list[0].task_id == "answer" and not got.deleted

# Lists.
found = api.search_executions("main", page=1, size=10, sort=["state.startDate:desc"], filters=[
    {"field": "NAMESPACE", "operation": "EQUALS", "value": "company.sdk"},
    {"field": "STATE", "operation": "IN", "value": ["SUCCESS", "FAILED"]},
    {"field": "LABELS", "operation": "EQUALS", "value": {"team": "red"}},
    {"field": "TIME_RANGE", "operation": "EQUALS", "value": "PT1H"},
])
found = found if isinstance(found, dict) else found.to_dict()
assert found["total"] >= 1 and found["results"][0]["id"] == hello, found
found = api.search_executions_by_flow_id("main", "company.sdk", "approve")
found = found if isinstance(found, dict) else found.to_dict()
assert found["total"] >= 1 and found["results"][0]["id"] == approve, found
try:
    api.execution("nobody", "main")
    raise AssertionError("there is such an execution")
except NotFoundException as e:
    assert json.loads(e.body)["message"] == "Not Found", e.body

# Follows and resumes: the first event is a stub, which has an id alone.
states = []
events = []
for event in client._session.get(f"{url}/api/v1/main/executions/{hello}/follow", stream=True, timeout=30).iter_lines():
    if event.startswith(b"id: "):
        events.append(event.decode())
assert events == ["id: start", "id: end"], events
BaseApi._deserialize = staticmethod(strict)
resumed = False
for event in api.follow_execution(approve, "main"):
    state = getattr(event, "state", None)
    if state is None:
        continue
    states.append(state.current.value)
    if states[-1] == "PAUSED" and not resumed:
        resumed = True
        api.resume_execution(approve, "main", inputs={"size": 7})
assert resumed and states[-1] == "SUCCESS", states
BaseApi._deserialize = staticmethod(deserialize)
got = api.execution(approve, "main")
assert got.to_dict()["taskRunList"][0]["outputs"]["onResume"] == {"size": 7}, got
try:
    api.resume_execution(approve, "main")
    raise AssertionError("it was resumed twice")
except ConflictException:
    pass

# Kills, replays, and reads the log.
killed = fire("approve", {})
api.kill_execution(killed, "main")
again = api.replay_execution(hello, "main")
assert again.parent_id == hello and again.id != hello, again
ids[again.id] = "replayed"
await_state(again.id, "SUCCESS")
api.kill_execution(again.id, "main")  # one that has ended is no error

# Restarts, and replays from a task run, by a revision, and with breakpoints.
flaky = fire("flaky", {})
await_state(flaky, "FAILED")
failed = api.execution(flaky, "main")
assert [run.task_id for run in failed.task_run_list] == ["before", "broken"], failed
restarted = api.restart_execution(flaky, "main")
assert restarted.id == flaky, restarted
await_state(flaky, "SUCCESS")
restarted = api.execution(flaky, "main")
assert [(run.task_id, run.state.current.value) for run in restarted.task_run_list] == [("before", "SUCCESS"), ("broken", "SKIPPED")], restarted
assert restarted.metadata.attempt_number == 2 and ("system.restarted", "true") in [(l.key, l.value) for l in restarted.labels], restarted
try:
    api.restart_execution(hello, "main")
    raise AssertionError("nothing in it has failed")
except UnprocessableEntityException as e:
    assert json.loads(e.body)["message"] == "Illegal argument: No task found to restart execution from!", e.body
run = got_hello.task_run_list[0].id
ids[run] = "run"
part = api.replay_execution(hello, "main", task_run_id=run, revision=1)
assert part.parent_id == hello and part.flow_revision == 1, part
stopped = api.replay_execution(hello, "main", breakpoints="answer")
ids[stopped.id] = "replayed"
await_state(stopped.id, "BREAKPOINT")
at = api.execution(stopped.id, "main")
assert at.state.current.value == "BREAKPOINT" and at.breakpoints[0].id == "answer", at
found = api.search_executions("main", page=1, size=10, filters=[{"field": "STATE", "operation": "EQUALS", "value": "BREAKPOINT"}])
found = found if isinstance(found, dict) else found.to_dict()
assert [x["id"] for x in found["results"]] == [stopped.id], found
if version.startswith("1."):  # which has no method for it
    api._void_request("POST", api._tenant_path("main", "executions", stopped.id, "resume-from-breakpoint"))
else:
    assert api.resume_execution_from_breakpoint(stopped.id, "main").id == stopped.id
await_state(stopped.id, "SUCCESS")
lines = client.logs.list_logs_from_execution(hello, "main", min_level="INFO")
assert [line.message for line in lines] == ["Hello SDK"], lines

# Reads flows.
flow = client.flows.flow("company.sdk", "hello", "main", source=True)
assert flow.id == "hello" and flow.revision == 1 and KEY not in flow.source and KEY not in flow.to_json(), flow
flows = client.flows.search_flows("main", filters=[{"field": "QUERY", "operation": "EQUALS", "value": "HELL"}])
assert flows.total == 1 and flows.results[0].id == "hello", flows

try:
    KestraClient(host=url, username="sdk", password="wrong").executions.execution(hello, "main")
    raise AssertionError("the password is none")
except (UnauthorizedException, ForbiddenException):
    pass

with open(file, "w", encoding="utf-8") as out:
    json.dump({"sdk": "kestrapy " + version, "exchanges": exchanges}, out)
print(f"kestrapy {version}: {len(exchanges)} requests answered as it expects; followed {' '.join(states)}")
