"""The one store: client, script loader, write batching and the embedded Valkey."""
