"""``python -m xnorsim``."""

from xnorsim.cli import main

if __name__ == "__main__":
    main()
