"""The SageMaker Python SDK (version 2) against the local service: train, deploy, predict, attach, transform.

    pip install "sagemaker==2.257.*"
    npx sagemaker-ts local run --root temporary -- python recipe.py <folder>

The folder holds synthetic.train.txt, synthetic.validation.txt and synthetic.test_without_labels.txt, as
examples/recipes/01 and 02 write them. Everything is the SDK's own code except for what shims.py names.
"""

import json
import os
import sys
import tempfile

import shims  # before the SDK is used

import sagemaker
from sagemaker.deserializers import JSONDeserializer
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import JSONSerializer

folder = sys.argv[1]
prefix = "chapter08"

session = sagemaker.Session()
role = sagemaker.get_execution_role(session)
bucket = session.default_bucket()
print("role", role)
print("bucket", bucket)
for name in ("train.txt", "validation.txt", "test_without_labels.txt"):
    session.upload_data(os.path.join(folder, f"synthetic.{name}"), bucket, f"{prefix}/input")

image = sagemaker.image_uris.retrieve("blazingtext", session.boto_region_name, "1")
estimator = sagemaker.estimator.Estimator(
    image,
    role,
    instance_count=1,
    instance_type="ml.c4.xlarge",
    input_mode="File",
    output_path=f"s3://{bucket}/{prefix}/output",
    sagemaker_session=session,
)
estimator.set_hyperparameters(mode="supervised", min_count=2)


def channel(name):
    return TrainingInput(
        f"s3://{bucket}/{prefix}/input/synthetic.{name}.txt",
        distribution="FullyReplicated",
        content_type="text/plain",
        s3_data_type="S3Prefix",
    )


estimator.fit({"train": channel("train"), "validation": channel("validation")}, logs="All")
job = estimator.latest_training_job.name
metrics = {m["MetricName"]: m["Value"] for m in session.describe_training_job(job)["FinalMetricDataList"]}
print("\ntrain accuracy", metrics["train:accuracy"], "validation accuracy", metrics["validation:accuracy"])

predictor = estimator.deploy(
    initial_instance_count=1,
    instance_type="ml.r5.large",
    serializer=JSONSerializer(),
    deserializer=JSONDeserializer(),
)
sentences = ["that is bad", "the apple tastes good", "i would recommend it to my friends"]
for sentence, answer in zip(sentences, predictor.predict({"instances": sentences})):
    print("\npredicted", sentence, answer["label"][0], round(answer["prob"][0], 4), end="")
print()
predictor.delete_model()
predictor.delete_endpoint()

attached = sagemaker.estimator.Estimator.attach(job, sagemaker_session=session)
transformer = attached.transformer(
    instance_count=1,
    instance_type="ml.m4.xlarge",
    output_path=f"s3://{bucket}/{prefix}/batch-prediction",
)
transformer.transform(
    f"s3://{bucket}/{prefix}/input/synthetic.test_without_labels.txt",
    data_type="S3Prefix",
    content_type="application/jsonlines",
    split_type="Line",
    wait=True,
)
with tempfile.TemporaryDirectory() as target:
    session.download_data(target, bucket, f"{prefix}/batch-prediction/")
    with open(os.path.join(target, "synthetic.test_without_labels.txt.out"), encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
print("\nbatch", len(answers), "answers; the first three:")
for answer in answers[:3]:
    print(" ", answer["label"][0], round(answer["prob"][0], 4))
transformer.delete_model()

assert len(answers) == sum(1 for _ in open(os.path.join(folder, "synthetic.test_without_labels.txt"), encoding="utf-8"))
assert metrics["validation:accuracy"] > 0.9
