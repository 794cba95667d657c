"""Makes the state machines of statemachine/ at a Step Functions API (AWS_ENDPOINT_URL_SFN),
as the template would: named vacancy-MACHINE, each placeholder the function of its name.
"""
import re
from pathlib import Path

import boto3

sfn = boto3.client("stepfunctions")
for path in sorted(Path("statemachine").glob("*.asl.json")):
    definition = re.sub(r"\$\{(\w+)\}", r"\1", path.read_text())
    name = "vacancy-" + path.name.removesuffix(".asl.json")
    sfn.create_state_machine(name=name, definition=definition, roleArn="arn:aws:iam::123456789012:role/vacancy")
