"""AWS CloudFormation: change sets, stacks, rollback, over the embedded AWS's own services."""
