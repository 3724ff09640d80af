"""Where a stack is, which its pseudo parameters tell."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Account, Region, name and ARN of a stack."""

    account_id: str
    region: str
    stack_name: str
    stack_id: str

    @property
    def pseudo_parameters(self) -> dict[str, str]:
        """The values of `AWS::AccountId` and its like; AWS::NoValue is no value and not among them."""
        return {
            "AWS::AccountId": self.account_id,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack_name,
            "AWS::StackId": self.stack_id,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
