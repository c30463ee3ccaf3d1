"""The `voc` program. Imports nothing before it is run: language processes load this file too."""


def main() -> None:
    """Run the command line."""
    from voc.cli import main as run

    run()


if __name__ == "__main__":
    main()
