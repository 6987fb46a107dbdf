"""The web page and its HTTP interface: `tfaudiogen app`. Needs the extra "app"."""
