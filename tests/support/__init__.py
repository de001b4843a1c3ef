"""What tests stand on: real stores, real servers, and people who speak the domain's words."""
