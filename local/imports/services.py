"""Service names: what FOCUS files and the Cost Explorer console call the SERVICE values of the API."""

from collections.abc import Mapping

EC2 = "Amazon Elastic Compute Cloud - Compute"

# Only names that differ; every other name is taken as it is.
FOCUS_NAMES: Mapping[str, str] = {
    "Amazon Elastic Compute Cloud": EC2,
    "Elastic Load Balancing": "Amazon Elastic Load Balancing",
    "Amazon Elastic Container Service for Kubernetes": "Amazon Elastic Kubernetes Service",
    "Amazon CloudWatch": "AmazonCloudWatch",
}

CONSOLE_NAMES: Mapping[str, str] = {
    "CloudWatch": "AmazonCloudWatch",
    "CodeBuild": "CodeBuild",
    "CloudWatch Events": "CloudWatch Events",
    "EC2-ELB": "Amazon Elastic Load Balancing",
    "EC2-Instances": EC2,
    "EC2-Other": "EC2 - Other",
    "Elastic Container Service for Kubernetes": "Amazon Elastic Kubernetes Service",
    "Elastic Load Balancing": "Amazon Elastic Load Balancing",
    "S3": "Amazon Simple Storage Service",
    "Savings Plans for Compute usage": "Savings Plans for AWS Compute usage",
    "Support (Business)": "AWS Support (Business)",
    "Support (Developer)": "AWS Support (Developer)",
    "Support (Enterprise)": "AWS Support (Enterprise)",
    "Tax": "Tax",
    "VPC": "Amazon Virtual Private Cloud",
}

# The console drops the first word of a service's name; whether it was Amazon or AWS cannot be told from it.
AMAZON = frozenset(
    {
        "API Gateway", "Athena", "Aurora", "Bedrock", "CloudFront", "Cognito", "DynamoDB",
        "EC2 Container Registry (ECR)",
        "ElastiCache", "Elastic Container Service", "Elastic File System", "Elastic Kubernetes Service",
        "Elastic MapReduce", "Elasticsearch Service", "EventBridge", "Glacier", "GuardDuty", "Inspector",
        "Kinesis", "Kinesis Firehose", "Lightsail", "Location Service", "MQ", "Macie",
        "Managed Streaming for Apache Kafka", "Neptune", "OpenSearch Service", "Polly", "QuickSight",
        "Redshift", "Registrar", "Rekognition", "Relational Database Service", "Route 53", "SageMaker",
        "Simple Email Service", "Simple Notification Service", "Simple Queue Service",
        "Simple Storage Service", "Textract", "Transcribe", "Translate", "Virtual Private Cloud", "WorkSpaces",
    }
)  # fmt: skip
AWS = frozenset(
    {
        "Amplify", "App Runner", "AppSync", "Backup", "Budgets", "Certificate Manager", "CloudFormation",
        "CloudShell", "CloudTrail", "CodeArtifact", "CodeCommit", "CodeDeploy", "CodePipeline", "Config",
        "Cost Explorer", "Data Transfer", "DataSync", "Database Migration Service", "Direct Connect",
        "Directory Service", "Fargate", "Global Accelerator", "Glue", "IoT", "Key Management Service",
        "Lake Formation", "Lambda", "Secrets Manager", "Security Hub", "Service Catalog", "Step Functions",
        "Storage Gateway", "Systems Manager", "Transfer Family", "WAF", "X-Ray",
    }
)  # fmt: skip


def service_of_focus(name: str) -> str:
    """The SERVICE value of a FOCUS ServiceName."""
    return FOCUS_NAMES.get(name, name)


def service_of_console(name: str) -> str:
    """The SERVICE value behind a name of the Cost Explorer console."""
    # Some downloads explain a name: EC2-Instances (Elastic Compute Cloud - Compute).
    for known in (name, name.partition(" (")[0]):
        if known in CONSOLE_NAMES:
            return CONSOLE_NAMES[known]
        if known in AMAZON:
            return f"Amazon {known}"
        if known in AWS:
            return f"AWS {known}"
    return name
