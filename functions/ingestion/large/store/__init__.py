"""What DynamoDB has of ingestion jobs."""
