"""The AWS CLI as a driver of the scenarios: its own entry point, called with the words of a command line.

One process for all commands: starting the program and loading what it knows of AWS costs more time than what it does.
"""

import contextlib
import io
import json
import os
import re
import tempfile

from awscli.clidriver import create_clidriver
from botocore import xform_name

from lines import Failure, converse

shared = create_clidriver()
COMMANDS = {"s3": "s3api"}
FAILURE = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: (.*)", re.DOTALL)


def aws(*words):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            # The high-level commands register what they need each time: they want a program of their own.
            program = create_clidriver() if words[0] == "s3" else shared
            code = program.main(list(words))
        except SystemExit as ended:
            code = ended.code
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
    text, problem = out.read(), err.read()
    if code == 0:
        return text
    failure = FAILURE.search(problem)
    if failure:
        raise Failure(failure[1], failure[2].strip())
    raise RuntimeError(f"aws {' '.join(words)} ended with {code}: {problem}")


def call(service, operation, input):
    words = [COMMANDS.get(service, service), xform_name(operation, "-"), "--output", "json"]
    with tempfile.TemporaryDirectory() as folder:
        body, answer = os.path.join(folder, "body"), os.path.join(folder, "answer")
        text = input.pop("Body", None)
        if text is not None:
            with open(body, "w", encoding="utf-8") as file:
                file.write(text)
            words += ["--body", f"fileb://{body}" if service == "sagemaker-runtime" else body]
        if operation in ("GetObject", "InvokeEndpoint"):
            # Commands with a file for the answer take every other member as an option.
            for name, value in input.items():
                words += ["--" + xform_name(name, "-"), str(value)]
            words.append(answer)
        else:
            words += ["--cli-input-json", json.dumps(input)]
        output = json.loads(aws(*words) or "{}")
        if os.path.exists(answer):
            with open(answer, encoding="utf-8") as file:
                output["Body"] = file.read()
        return output


def wait(waiter, input):
    aws("sagemaker", "wait", xform_name(waiter, "-"), "--cli-input-json", json.dumps(input))


def upload(path, bucket, key):
    aws("s3", "cp", "--no-progress", path, f"s3://{bucket}/{key}")


def download(bucket, key, path):
    aws("s3", "cp", "--no-progress", f"s3://{bucket}/{key}", path)


def presign(bucket, key):
    return {"url": aws("s3", "presign", f"s3://{bucket}/{key}").strip()}


converse({"call": call, "wait": wait, "upload": upload, "download": download, "presign": presign})
