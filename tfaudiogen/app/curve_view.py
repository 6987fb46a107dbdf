"""Draws the learning curve of a training as SVG."""

import html

import numpy as np

_WIDTH, _HEIGHT = 700.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 16.0, 14.0, 34.0
_SERIES = (("", "training", "#7c5cff"), ("val_", "validation", "#ff8a3d"))
# The first of these that is in the history is drawn.
_MEASURES = {
    "bits_per_dimension": "bits per dimension",
    "bits_per_code": "bits per code",
    "loss": "loss",
}
_TICKS = 4


def draw(rows):
    """Return the learning curve of a history (list of dicts of floats) as SVG text."""
    measure = next((name for name in _MEASURES if any(name in row for row in rows)), "loss")
    series = [(label, colour, _points(rows, prefix + measure)) for prefix, label, colour in _SERIES]
    series = [(label, colour, points) for label, colour, points in series if len(points)]
    if not series:
        return '<div class="empty">The curve begins with the first epoch.</div>'
    everything = np.concatenate([points for _, _, points in series])
    low, high = everything.min(axis=0), everything.max(axis=0)
    high = np.maximum(high, low + [1.0, 1e-3])
    parts = [*_axes(low, high, _MEASURES[measure]), *(_line(*one, low, high) for one in series)]
    legend = "".join(
        f'<span><i style="background:{colour}"></i>{label}</span>' for label, colour, _ in series
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="training curve">'
        f'{"".join(parts)}</svg><div class="legend">{legend}</div>'
    )


def _points(rows, name):
    return np.array([(row["epoch"], row[name]) for row in rows if name in row])


def _position(points, low, high):
    room = [_WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM]
    x, y = np.moveaxis((points - low) / (high - low) * room, -1, 0)
    return np.stack([_LEFT + x, _HEIGHT - _BOTTOM - y], axis=-1)


def _axes(low, high, measure):
    for value in np.linspace(low[1], high[1], _TICKS):
        _, y = _position(np.array([low[0], value]), low, high)
        yield f'<path d="M{_LEFT:g} {y:.1f}H{_WIDTH - _RIGHT:g}"/>'
        yield f'<text x="{_LEFT - 8:g}" y="{y + 4:.1f}" text-anchor="end">{value:.3f}</text>'
    for epoch in sorted({int(e) for e in np.linspace(low[0], high[0], 6)}):
        x, _ = _position(np.array([epoch, low[1]]), low, high)
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 16:g}" text-anchor="middle">{epoch}</text>'
    middle = (_WIDTH + _LEFT) / 2
    yield f'<text x="{middle:g}" y="{_HEIGHT - 2:g}" text-anchor="middle">epoch</text>'
    yield f'<text x="{_LEFT:g}" y="10">{measure}</text>'


def _line(label, colour, points, low, high):
    positions = _position(points, low, high)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in positions)
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">'
        f"<title>{html.escape(label)}, epoch {epoch:g}: {value:.4f}</title></circle>"
        for (x, y), (epoch, value) in zip(positions, points, strict=True)
    )
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{marks}'
