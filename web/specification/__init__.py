"""The wire described for others: AsyncAPI, a readable page, and types for the pages."""
