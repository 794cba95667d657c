"""Runs the same state machines on several servers of the Step Functions API, one after
the other, and compares their transitions a second. bench/states/run starts the servers.

A transition is a state entered, as Step Functions counts them. The time of a run is from
the call that starts the first execution until the last one is seen to have succeeded."""
import argparse
import json
import pathlib
import sys
import time

import boto3
from botocore.config import Config

HERE = pathlib.Path(__file__).parent
# States that each definition enters for a limit, counted from its file and checked below.
TRANSITIONS = {
    "loop": lambda limit: 1 + (limit + 1) + limit + 1,
    "map": lambda limit: 2 + 2 * limit,
    "jsonata": lambda limit: 1 + (limit + 1) + limit + 1,
}
# How much each server is given to do: enough to measure, not so much that a slow one takes
# minutes. A rate does not depend on it; for ours it is larger, so that the calls that start
# executions do not weigh.
LOAD = {"vacancy": (200, 500), "*": (3, 25)}  # executions, and the limit of each


def client(url):
    return boto3.client(
        "stepfunctions", endpoint_url=url, region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}, read_timeout=120, inject_host_prefix=False))


def run(sfn, arn, executions, limit, patience):
    """Answers the seconds that so many executions took, or None past the patience."""
    began = time.perf_counter()
    given = json.dumps({"limit": limit})
    waiting = [sfn.start_execution(stateMachineArn=arn, name=f"e{time.time_ns()}", input=given)["executionArn"] for _ in range(executions)]
    while waiting:
        status = sfn.describe_execution(executionArn=waiting[-1])["status"]
        if status == "SUCCEEDED":
            waiting.pop()
        elif status != "RUNNING":
            raise SystemExit(f"an execution of {arn} ended {status}")
        elif time.perf_counter() - began > patience:
            return None
        else:
            time.sleep(0.002)
    return time.perf_counter() - began


def entered(sfn, arn, limit):
    """Counts the states that one execution enters, by its history."""
    execution = sfn.start_execution(stateMachineArn=arn, name=f"e{time.time_ns()}", input=json.dumps({"limit": limit}))["executionArn"]
    while sfn.describe_execution(executionArn=execution)["status"] == "RUNNING":
        time.sleep(0.01)
    count, more = 0, {}
    while True:
        page = sfn.get_execution_history(executionArn=execution, maxResults=1000, **more)
        count += sum(e["type"].endswith("StateEntered") for e in page["events"])
        if not page.get("nextToken"):
            return count
        more = {"nextToken": page["nextToken"]}


def measure(name, url, patience):
    sfn = client(url)
    ours = name.startswith("vacancy")
    executions, limit = LOAD["vacancy" if ours else "*"]
    rates = {}
    for definition, count in TRANSITIONS.items():
        source = (HERE / f"{definition}.asl.json").read_text()
        arn = sfn.create_state_machine(
            name=f"{definition}-{time.time_ns()}", definition=source, roleArn="arn:aws:iam::123456789012:role/any")["stateMachineArn"]
        transitions = count(limit)
        if ours and (seen := entered(sfn, arn, limit)) != transitions:
            raise SystemExit(f"{definition} enters {seen} states, not {transitions}: the figures would be wrong")
        run(sfn, arn, 1, 2, patience)  # warm
        seconds = run(sfn, arn, executions, limit, patience)
        rates[definition] = executions * transitions / seconds if seconds else None
        shown = f"{rates[definition]:12,.0f} transitions/s" if seconds else f"not done after {patience:.0f} s"
        print(f"{name:<18} {definition:<8} {executions:5d} executions of {transitions:5d} transitions {shown}", flush=True)
    return rates


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("servers", nargs="+", metavar="NAME=URL")
    p.add_argument("--patience", type=float, default=60, help="seconds a run may take")
    p.add_argument("--check", action="store_true", help="exit 1 when a target is missed: memory 100 times, durable 20 times the fastest other")
    p.add_argument("--json", metavar="FILE", help="write the figures there")
    a = p.parse_args()
    servers = dict(s.split("=", 1) for s in a.servers)
    rates = {name: measure(name, url, a.patience) for name, url in servers.items()}

    others = [n for n in rates if not n.startswith("vacancy")]
    missed = not others
    print(f"\n{'':<18} {'definition':<12} {'of the fastest other':>22}   target")
    for name, target in (("vacancy-memory", 100), ("vacancy-durable", 20)):
        for definition in TRANSITIONS:
            best = max((rates[o][definition] or 0 for o in others), default=0)
            mine = rates.get(name, {}).get(definition) or 0
            ratio = mine / best if best else 0
            missed |= ratio < target
            print(f"{name:<18} {definition:<12} {ratio:21,.0f} x   {target} x")
    if a.json:
        pathlib.Path(a.json).write_text(json.dumps(rates, indent=1))
    sys.exit(1 if a.check and missed else 0)


main()
