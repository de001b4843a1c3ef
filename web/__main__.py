"""`python -m web` is `benchside`."""

from web.cli.main import main

main()
