"""Prints the main figures of reports; the JSON file has all of them."""

import click


def show(report):
    """Prints the figures of a report: plain values, and means or medians with 95 % intervals."""
    for name, value in report.items():
        if isinstance(value, dict) and not middle(value):
            for inner, figure in value.items():
                _show_line(f"{name}.{inner}", figure)
        else:
            _show_line(name, value)


def _show_line(name, value):
    if isinstance(value, dict):
        if middle(value) and value[middle(value)] is not None:
            click.echo(f"{name:48} {_figure(value)}")
    elif isinstance(value, (int, float, str)):
        click.echo(f"{name:48} {_number(value)}")


def middle(value):
    """Return which average a figure has, "mean" or "median", or "" if neither."""
    # A label may also be named "mean" or "median", but its value is no number.
    kinds = (int, float, type(None))
    return next((n for n in ("mean", "median") if isinstance(value.get(n, ""), kinds)), "")


def _figure(value):
    text = _number(value[middle(value)])
    if value.get("interval"):
        low, high = value["interval"]
        text += f"  [{_number(low)}, {_number(high)}]"
    if (value.get("codec") or {}).get("mean") is not None:
        text += f"  (codec alone {_number(value['codec']['mean'])})"
    if value.get("chance") is not None:
        text += f"  (chance {_number(value['chance'])})"
    return text


def _number(value):
    return f"{value:.5g}" if isinstance(value, float) else str(value)
