"""``python -m elolag`` is the command ``elolag``."""

from elolag.cli import main

if __name__ == "__main__":
    main()
