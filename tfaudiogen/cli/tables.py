"""Reports as lines of text: what a reader looks for first; the JSON file holds the rest."""

import click


def show(report):
    """Print the numbers of a report: plain ones, and means with their 95 % interval."""
    for name, value in report.items():
        if isinstance(value, dict) and "mean" not in value:
            for inner, figure in value.items():
                _show_line(f"{name}.{inner}", figure)
        else:
            _show_line(name, value)


def _show_line(name, value):
    if isinstance(value, dict):
        if value.get("mean") is not None:
            click.echo(f"{name:48} {_figure(value)}")
    elif isinstance(value, (int, float, str)):
        click.echo(f"{name:48} {_number(value)}")


def _figure(value):
    text = _number(value["mean"])
    if value.get("interval"):
        low, high = value["interval"]
        text += f"  [{_number(low)}, {_number(high)}]"
    if (value.get("codec") or {}).get("mean") is not None:
        text += f"  (codec alone {_number(value['codec']['mean'])})"
    return text


def _number(value):
    return f"{value:.5g}" if isinstance(value, float) else str(value)
