"""boto3 as a driver of the scenarios. Endpoint, region and keys come from the environment, as in a user's script."""

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

from lines import Failure, converse

clients = {}


def client(service):
    if service not in clients:
        clients[service] = boto3.client(service)
    return clients[service]


def failing(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except ClientError as error:
        raise Failure(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error


def call(service, operation, input):
    output = failing(getattr(client(service), xform_name(operation)), **input)
    if "Body" in output:
        output["Body"] = output["Body"].read().decode()
    return output


def wait(waiter, input):
    client("sagemaker").get_waiter(xform_name(waiter)).wait(**input, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def upload(path, bucket, key):
    client("s3").upload_file(path, bucket, key)


def download(bucket, key, path):
    client("s3").download_file(bucket, key, path)


def presign(bucket, key):
    return {"url": client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})}


converse({"call": call, "wait": wait, "upload": upload, "download": download, "presign": presign})
