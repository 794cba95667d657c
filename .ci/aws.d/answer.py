"""Says whether a function answered its example event as it must, with status 1 if not.

usage: answer.py FUNCTION < ANSWER

A step answers a result: before its event everything has happened that must have. An error,
also one by a name of the step's own, means that it has not.
"""
import json
import sys

function = sys.argv[1]
text = sys.stdin.read().strip()
if text == "":
    sys.exit(f"{function} did not answer")
try:
    answer = json.loads(text.splitlines()[-1])
except ValueError:
    sys.exit(f"{function} answered what is no JSON: {text[-500:]}")
if not isinstance(answer, dict) or "errorType" in answer or "errorMessage" in answer:
    sys.exit(f"{function} answered {text[-500:]}, not a result")
if function == "Webhook" and (answer["statusCode"] != 404 or "StripeSecretArn" not in answer["body"]):
    sys.exit(f"Webhook answered {text[-500:]}; without Stripe it takes no events")
if function == "GraphQL":
    body = json.loads(answer["body"])
    if answer["statusCode"] != 200 or body.get("errors") or body["data"]["__typename"] != "Query":
        sys.exit(f"GraphQL answered {text[-500:]}")
print(f"{function}: {text.splitlines()[-1][:100]}")
