"""Posts events to the deployed function of Stripe's webhook, as API Gateway would.

usage: webhook.py STACK SIGNING_SECRET

The function is called by its name and not by its alias, which ministack leaves at the first
version when a stack is updated.
"""
import base64
import hashlib
import hmac
import json
import sys
import time

import boto3

stack, secret = sys.argv[1:]
function = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Webhook")["StackResourceDetail"]["PhysicalResourceId"]
client = boto3.client("lambda")
body = json.dumps({"id": "evt_1", "object": "event", "type": "customer.created", "data": {"object": {"object": "customer", "id": "cus_1"}}})


def post(secret, at, sent, encoded=False):
    signature = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    event = {
        "version": "2.0", "routeKey": "POST /webhooks/stripe", "rawPath": "/webhooks/stripe",
        "headers": {"stripe-signature": f"t={at},v1={signature}"}, "requestContext": {"http": {"method": "POST", "path": "/webhooks/stripe"}},
        "body": base64.b64encode(sent.encode()).decode() if encoded else sent, "isBase64Encoded": encoded,
    }
    return json.load(client.invoke(FunctionName=function, Payload=json.dumps(event))["Payload"]).get("statusCode")


now = int(time.time())
for name, want, got in [
    ("signed", 204, post(secret, now, body)),
    ("signed, base64-encoded", 204, post(secret, now, body, encoded=True)),
    ("signed by another secret", 400, post("whsec_of_another", now, body)),
    ("altered", 400, post(secret, now, body + " ", encoded=True)),
    ("stale", 400, post(secret, now - 400, body)),
]:
    assert got == want, f"an event that is {name}: {got}, want {want}"
    print(f"an event that is {name}: {got}")
