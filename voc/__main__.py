"""`python -m voc` is the `voc` program."""

from voc.cli import main

if __name__ == "__main__":
    main()
