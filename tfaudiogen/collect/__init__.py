"""Collects sounds and pictures from addresses and services of the internet, politely."""
