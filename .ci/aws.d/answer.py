"""Says whether a function answered its example event as it must, with status 1 if not.

usage: answer.py FUNCTION < ANSWER

A step answers a result: before its event everything has happened that must have. The few
that can only refuse theirs do so by the name that stands here.
"""
import json
import sys

REFUSALS = {}

function = sys.argv[1]
text = sys.stdin.read().strip()
try:
    answer = json.loads(text.splitlines()[-1]) if text else None
except ValueError:
    sys.exit(f"{function} answered what is no JSON: {text[-500:]}")
if text == "":
    sys.exit(f"{function} did not answer")
refused = answer.get("errorType") if isinstance(answer, dict) else None
if refused != REFUSALS.get(function):
    sys.exit(f"{function} answered {text[-500:]}, expected {REFUSALS.get(function) or 'a result'}")
if function == "GraphQL":
    body = json.loads(answer["body"])
    if answer["statusCode"] != 200 or body.get("errors") or body["data"]["__typename"] != "Query":
        sys.exit(f"GraphQL answered {text[-500:]}")
print(f"{function}: {refused or text.splitlines()[-1][:100]}")
