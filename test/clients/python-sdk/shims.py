"""What keeps the SageMaker Python SDK from a local endpoint, and how that is helped.

- It names AWS's own address when it asks STS, whatever AWS_ENDPOINT_URL says.
- It reports each call to a bucket of its makers.
- It looks at a job every 5, 10 or 30 seconds; a local job is over sooner. Here its clock runs 60 times as fast.
"""

import os
import time

import sagemaker.session
import sagemaker.telemetry.telemetry_logging

SPEED = 60

sagemaker.session.sts_regional_endpoint = lambda region: os.environ["AWS_ENDPOINT_URL"]
sagemaker.telemetry.telemetry_logging._requests_helper = lambda url, timeout: None

wall, pause, start = time.time, time.sleep, time.time()
time.sleep = lambda seconds: pause(seconds / SPEED)
time.time = lambda: start + (wall() - start) * SPEED
