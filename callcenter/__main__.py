"""`python -m callcenter` is the `callcenter` command."""

from callcenter.cli import app

if __name__ == "__main__":  # a forked command imports this module as well
    app()
