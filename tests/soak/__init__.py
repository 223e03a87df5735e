"""`make soak`: hours of service at three restaurants while things break."""
