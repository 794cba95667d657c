"""Prepares a built template for functions that are run by 'sam local'.

usage: local.py BUILT_TEMPLATE OUT

Prints the logical ids of the functions. --env-vars sets only variables that the template
names, and the endpoints of AWS are none of those: on AWS they stand in no setting. Here they
are named; nothing else is changed, and template.yaml itself is not touched.
"""
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

built, out = map(Path, sys.argv[1:])
template = yaml_parse(built.read_text())
variables = template["Globals"]["Function"]["Environment"]["Variables"]
for name in ("VACANCY_OIDC_ISSUER", "VACANCY_OIDC_AUDIENCE", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SFN"):
    variables[name] = ""
for name, resource in template["Resources"].items():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = str((built.parent / resource["Properties"]["CodeUri"]).resolve())
        print(name)
out.write_text(yaml_dump(template))
