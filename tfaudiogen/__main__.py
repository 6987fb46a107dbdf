"""`python -m tfaudiogen` is the command `tfaudiogen`."""

from tfaudiogen.cli import main

if __name__ == "__main__":
    main(prog_name="tfaudiogen")
