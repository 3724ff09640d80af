"""Who may do what: IAM policies evaluated with AWS's real action names and resource ARNs."""
