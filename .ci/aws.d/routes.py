"""Makes what ministack drops of a deployed stack.

usage: routes.py STACK

1. Routes: it ignores the OpenAPI document that SAM makes of AWS::Serverless::HttpApi and its
   events. They are made here from that document, the transformed template's own, each with
   the authorizer that it has there.
2. Versions and aliases of state machines, see emulated.py.
"""
import re
import sys

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

[stack] = sys.argv[1:]
cloudformation = boto3.client("cloudformation")
described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
parameters = {p["ParameterKey"]: p["ParameterValue"] for p in described.get("Parameters", [])}
physical = {
    r["LogicalResourceId"]: r["PhysicalResourceId"]
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for r in page["StackResourceSummaries"]
}

body = cloudformation.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
template = yaml_parse(body) if isinstance(body, str) else body
template["Transform"] = "AWS::Serverless-2016-10-31"
translator = Translator({"AWSLambdaBasicExecutionRole": "", "AWSXrayWriteOnlyAccess": ""}, Parser())
translated = translator.translate(template, {**{n: p.get("Default", "") for n, p in template["Parameters"].items()}, **parameters})
document = translated["Resources"]["Api"]["Properties"]["Body"]

api = boto3.client("apigatewayv2")
api_id = physical["Api"]
account = boto3.client("sts").get_caller_identity()["Account"]
region = api.meta.region_name
outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
issuer = outputs["Issuer"]
audience = parameters.get("TestAudience") or outputs["UserPoolClientId"]

[(scheme, definition)] = document["components"]["securitySchemes"].items()
assert definition["x-amazon-apigateway-authorizer"]["type"] == "jwt", definition
authorizer = api.create_authorizer(
    ApiId=api_id, Name=scheme, AuthorizerType="JWT",
    IdentitySource=[definition["x-amazon-apigateway-authorizer"]["identitySource"]],
    JwtConfiguration={"Issuer": issuer, "Audience": [audience]},
)["AuthorizerId"]

integrations = {}


def integration(operation):
    """The integration with the function that SAM's document names, by its alias."""
    [function] = re.findall(r"\$\{(\w+)\.Alias\}|\$\{(\w+)Aliaslive\}", str(operation["x-amazon-apigateway-integration"]["uri"]))
    name = "".join(function)
    if name not in integrations:
        integrations[name] = api.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
            IntegrationUri=f"arn:aws:lambda:{region}:{account}:function:{physical[name]}:live",
        )["IntegrationId"]
    return integrations[name]


for route, methods in document["paths"].items():
    for method, operation in methods.items():
        if method == "options":  # CORS is the API's own
            continue
        key = ("ANY" if method == "x-amazon-apigateway-any-method" else method.upper()) + " " + route
        secured = {}
        # None at all would be a route that SAM gave no authorizer, "NONE" one that wants none.
        if [name for requirement in operation["security"] for name in requirement] == [scheme]:
            secured = {"AuthorizationType": "JWT", "AuthorizerId": authorizer}
        else:
            assert operation["security"] == [{"NONE": []}], (key, operation["security"])
        api.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{integration(operation)}", **secured)
        print(f"route {key}: {'token' if secured else 'anybody'}")

machines = boto3.client("stepfunctions")
for name, resource in template["Resources"].items():
    if resource["Type"] == "AWS::Serverless::StateMachine":
        version = machines.publish_state_machine_version(stateMachineArn=physical[name])["stateMachineVersionArn"]
        machines.create_state_machine_alias(name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}])
        print(f"alias {physical[name]}:live")

print(f"api {api_id}")
