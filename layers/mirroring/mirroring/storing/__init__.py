"""The edges to AWS: DynamoDB, Secrets Manager, SQS, CloudWatch."""
