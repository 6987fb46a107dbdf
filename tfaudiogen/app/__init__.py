"""The web page and HTTP interface of `tfaudiogen app`. Needs the extra "app"."""
