"""Adapts a built template to ministack, the AWS emulator that CI deploys to.

usage: emulated.py BUILT_TEMPLATE BUCKET

- ministack 1.5 knows no AWS::StepFunctions::StateMachineVersion and StateMachineAlias: what
  SAM makes of AutoPublishAlias is left out here, and made by its API in routes.py.
- The steps are one binary. 'sam deploy' would zip it once for each of them, which takes
  minutes of two cores; here it is zipped once. The API and the sweeper are left to SAM.

Nothing else is changed, and template.yaml itself is not touched.
"""
import hashlib
import os
import sys
import zipfile

import boto3
from samcli.yamlhelper import yaml_dump, yaml_parse

path, bucket = sys.argv[1:]
with open(path) as file:
    template = yaml_parse(file.read())

keys = {}
for name, resource in template["Resources"].items():
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::Serverless::StateMachine":
        del properties["AutoPublishAlias"]
        del properties["DeploymentPreference"]
    if resource["Type"] == "AWS::Serverless::Function" and properties["Handler"] == name:
        bootstrap = os.path.join(os.path.dirname(path), properties["CodeUri"], "bootstrap")
        with open(bootstrap, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        if digest not in keys:
            archive = os.path.join(os.path.dirname(path), "steps.zip")
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
                info = zipfile.ZipInfo("bootstrap")
                info.external_attr, info.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
                with open(bootstrap, "rb") as file:
                    out.writestr(info, file.read())
            s3 = boto3.client("s3")
            s3.create_bucket(Bucket=bucket)
            s3.upload_file(archive, bucket, digest)
            keys[digest] = f"s3://{bucket}/{digest}"
        properties["CodeUri"] = keys[digest]
assert len(keys) == 1, "the steps are not one binary"
with open(path, "w") as file:
    file.write(yaml_dump(template))
