"""AWS Lambda: functions run from their zip, each in a process of its own, through Lambda's runtime API."""
