"""The client of CloudFront. Loaded only where ``CDN`` names it: it needs ``requirements-servers.txt``."""

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

#: What goes wrong when the network is asked.
FAILURES = (BotoCoreError, ClientError)


def client():
    """Return a client that gives up after some seconds; keys and role are found as boto3 finds them."""
    return boto3.client(
        "cloudfront",
        region_name="us-east-1",
        config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1}),
    )
