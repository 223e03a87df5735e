"""Nibblix: restaurant management for many restaurants on one installation."""
