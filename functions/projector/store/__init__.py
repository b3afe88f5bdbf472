"""What the projector reads from and writes to DynamoDB."""
