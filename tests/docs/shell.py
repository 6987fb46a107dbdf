"""What a shell makes of a block of commands, asked of a shell."""

import subprocess

PROGRAMS = ("tfaudiogen", "pip", "pytest", "python", "tfds", "docker", "curl", "mkdocs")
_END = "\x1e"
# Each program is a function that prints its words, and nothing else can be found.
_RECORDED = "".join(
    f"{name}() {{ printf '%s\\0' {name} \"$@\" $'{_END}'; }}\n" for name in PROGRAMS
)


def commands_in(text):
    """Return the commands of a block as lists of words, without running any.

    Raises:
        AssertionError: the shell does not understand it, or it names another program.
    """
    script = f"set -euo pipefail; PATH=/nowhere\n{_RECORDED}{text}"
    done = subprocess.run(
        ["/bin/bash", "--norc", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    commands = done.stdout.split(f"\0{_END}\0")
    assert commands.pop() == ""
    return [command.split("\0") for command in commands]
