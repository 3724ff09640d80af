"""What Cost Explorer calls the AWS services, and what people call them instead.

Source: values of the SERVICE dimension as Cost Explorer gives them. The console shows shorter names (`S3`,
`EC2-Instances`), which a budget accepts as a filter value and never matches. The list is not complete and
need not be: a name that resembles none of these is left alone, because new services and Marketplace products
appear every week.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

EC2_COMPUTE = "Amazon Elastic Compute Cloud - Compute"

SERVICES: frozenset[str] = frozenset(
    {
        "AWS Amplify",
        "AWS App Runner",
        "AWS AppSync",
        "AWS Backup",
        "AWS Certificate Manager",
        "AWS Cloud Map",
        "AWS CloudFormation",
        "AWS CloudHSM",
        "AWS CloudTrail",
        "AWS CodeArtifact",
        "AWS CodeBuild",
        "AWS CodeCommit",
        "AWS CodeDeploy",
        "AWS CodePipeline",
        "AWS Config",
        "AWS Cost Explorer",
        "AWS Data Pipeline",
        "AWS Data Transfer",
        "AWS DataSync",
        "AWS Database Migration Service",
        "AWS Device Farm",
        "AWS Direct Connect",
        "AWS Directory Service",
        "AWS Elemental MediaConvert",
        "AWS Elemental MediaLive",
        "AWS Firewall Manager",
        "AWS Global Accelerator",
        "AWS Glue",
        "AWS IoT",
        "AWS IoT Core",
        "AWS IoT Events",
        "AWS IoT SiteWise",
        "AWS Key Management Service",
        "AWS Lake Formation",
        "AWS Lambda",
        "AWS Network Firewall",
        "AWS Outposts",
        "AWS Secrets Manager",
        "AWS Security Hub",
        "AWS Service Catalog",
        "AWS Shield",
        "AWS Step Functions",
        "AWS Storage Gateway",
        "AWS Support (Business)",
        "AWS Support (Developer)",
        "AWS Support (Enterprise)",
        "AWS Systems Manager",
        "AWS Transfer Family",
        "AWS WAF",
        "AWS X-Ray",
        "Amazon API Gateway",
        "Amazon AppStream",
        "Amazon Athena",
        "Amazon Bedrock",
        "Amazon Chime",
        "Amazon CloudFront",
        "Amazon CloudSearch",
        "Amazon Cognito",
        "Amazon Comprehend",
        "Amazon Connect",
        "Amazon Detective",
        "Amazon DocumentDB (with MongoDB compatibility)",
        "Amazon DynamoDB",
        "Amazon EC2 Container Registry (ECR)",
        "Amazon ElastiCache",
        EC2_COMPUTE,
        "Amazon Elastic Container Service",
        "Amazon Elastic Container Service for Kubernetes",
        "Amazon Elastic File System",
        "Amazon Elastic Kubernetes Service",
        "Amazon Elastic Load Balancing",
        "Amazon Elastic MapReduce",
        "Amazon Elasticsearch Service",
        "Amazon EventBridge",
        "Amazon FSx",
        "Amazon Glacier",
        "Amazon GuardDuty",
        "Amazon Inspector",
        "Amazon Kendra",
        "Amazon Keyspaces (for Apache Cassandra)",
        "Amazon Kinesis",
        "Amazon Kinesis Analytics",
        "Amazon Kinesis Firehose",
        "Amazon Lex",
        "Amazon Lightsail",
        "Amazon Location Service",
        "Amazon MQ",
        "Amazon Macie",
        "Amazon Managed Grafana",
        "Amazon Managed Service for Prometheus",
        "Amazon Managed Streaming for Apache Kafka",
        "Amazon Managed Workflows for Apache Airflow",
        "Amazon MemoryDB",
        "Amazon Neptune",
        "Amazon OpenSearch Service",
        "Amazon Personalize",
        "Amazon Pinpoint",
        "Amazon Polly",
        "Amazon QuickSight",
        "Amazon Redshift",
        "Amazon Registrar",
        "Amazon Rekognition",
        "Amazon Relational Database Service",
        "Amazon Route 53",
        "Amazon SageMaker",
        "Amazon Security Lake",
        "Amazon Simple Email Service",
        "Amazon Simple Notification Service",
        "Amazon Simple Queue Service",
        "Amazon Simple Storage Service",
        "Amazon Textract",
        "Amazon Timestream",
        "Amazon Transcribe",
        "Amazon Translate",
        "Amazon Virtual Private Cloud",
        "Amazon WorkSpaces",
        "AmazonCloudWatch",
        "CloudWatch Events",
        "CodeBuild",
        "EC2 - Other",
        "Savings Plans for AWS Compute usage",
        "Tax",
    }
)

# What people and the console say; compared without `Amazon`, `AWS`, case, spaces and punctuation.
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "acm": "AWS Certificate Manager",
        "applicationloadbalancer": "Amazon Elastic Load Balancing",
        "aurora": "Amazon Relational Database Service",
        "cloudwatchlogs": "AmazonCloudWatch",
        "dms": "AWS Database Migration Service",
        "documentdb": "Amazon DocumentDB (with MongoDB compatibility)",
        "ebs": "EC2 - Other",
        "elasticblockstore": "EC2 - Other",
        "ec2": EC2_COMPUTE,
        "ec2compute": EC2_COMPUTE,
        "ec2instances": EC2_COMPUTE,
        "elasticcomputecloud": EC2_COMPUTE,
        "ec2elb": "Amazon Elastic Load Balancing",
        "ec2others": "EC2 - Other",
        "ecr": "Amazon EC2 Container Registry (ECR)",
        "ec2containerregistry": "Amazon EC2 Container Registry (ECR)",
        "elasticcontainerregistry": "Amazon EC2 Container Registry (ECR)",
        "ecs": "Amazon Elastic Container Service",
        "fargate": "Amazon Elastic Container Service",
        "efs": "Amazon Elastic File System",
        "eks": "Amazon Elastic Container Service for Kubernetes",
        "elb": "Amazon Elastic Load Balancing",
        "emr": "Amazon Elastic MapReduce",
        "firehose": "Amazon Kinesis Firehose",
        "datafirehose": "Amazon Kinesis Firehose",
        "keyspaces": "Amazon Keyspaces (for Apache Cassandra)",
        "kinesisdatastreams": "Amazon Kinesis",
        "kms": "AWS Key Management Service",
        "msk": "Amazon Managed Streaming for Apache Kafka",
        "mwaa": "Amazon Managed Workflows for Apache Airflow",
        "natgateway": "EC2 - Other",
        "opensearch": "Amazon OpenSearch Service",
        "elasticsearch": "Amazon Elasticsearch Service",
        "rds": "Amazon Relational Database Service",
        "s3": "Amazon Simple Storage Service",
        "s3glacier": "Amazon Glacier",
        "ses": "Amazon Simple Email Service",
        "sns": "Amazon Simple Notification Service",
        "sqs": "Amazon Simple Queue Service",
        "ssm": "AWS Systems Manager",
        "vpc": "Amazon Virtual Private Cloud",
    }
)

_PARENTHESIS = re.compile(r"\([^)]*\)")
_CLOSE_ENOUGH = 0.9


def service_meant_by(value: str) -> str | None:
    """The Cost Explorer name that was probably meant, when `value` resembles one and is none itself.

    None for a name that is right, and for one that nobody here knows.
    """
    if value in SERVICES:
        return None
    for spelling in _spellings(value):
        meant = _ALIASES.get(spelling) or _BY_SPELLING.get(spelling)
        if meant is not None:
            return meant
    close = get_close_matches(_spelling(value), _BY_SPELLING, n=1, cutoff=_CLOSE_ENOUGH)
    return _BY_SPELLING[close[0]] if close else None


def _spellings(value: str) -> tuple[str, str]:
    """The whole, and what stands before a parenthesis: `S3 (Simple Storage Service)`."""
    return (_spelling(value), _spelling(_PARENTHESIS.sub("", value)))


def _spelling(value: str) -> str:
    without_owner = re.sub(r"^(amazon|aws)\s*", "", value.strip().lower())
    return re.sub(r"[^a-z0-9]", "", without_owner)


_BY_SPELLING: Mapping[str, str] = {_spelling(name): name for name in sorted(SERVICES)}
