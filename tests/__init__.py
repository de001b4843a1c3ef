"""Tests, by how much of the world they need: pure, contract, wire, browser, house."""
