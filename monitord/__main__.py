"""Calls the command line."""

from monitord.cli.app import make_app


def main() -> None:
    """Run the program."""
    make_app()()


if __name__ == "__main__":
    main()
