"""`pocketdesk`, which is `python -m bot`: chooses the form of the core, then runs the command line."""

import sys

from bot.form import choose


def main() -> None:
    """The program."""
    choose(sys.argv[1:])
    from bot.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
