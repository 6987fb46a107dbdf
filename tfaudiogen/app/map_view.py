"""Draws the map of latents as a clickable SVG."""

import html

import gradio
import numpy as np

_WIDTH, _HEIGHT, _MARGIN = 900.0, 560.0, 30.0
COLOURS = (
    "#7c5cff",
    "#ff8a3d",
    "#14b8a6",
    "#f43f7f",
    "#3b9dff",
    "#c3a500",
    "#a855d8",
    "#22a34a",
    "#e05252",
    "#6b83a6",
    "#0fa3c4",
    "#b07d4f",
)
_REST = "#9aa0ad"
# Reports a click on a point, a component or the plane, whose position is in SVG units.
_SCRIPT = """
element.addEventListener('click', (event) => {
  const svg = element.querySelector('svg');
  if (!svg || !svg.contains(event.target)) return;
  const {point, component} = event.target.dataset;
  if (point !== undefined) return trigger('select', {point: Number(point)});
  if (component !== undefined) return trigger('select', {component: Number(component)});
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
    svg.getScreenCTM().inverse());
  trigger('select', {position: [at.x, at.y]});
});
"""


def make_view(value):
    """Return the component that shows a map and triggers `select` with the clicked object."""
    return gradio.HTML(value, js_on_load=_SCRIPT, elem_id="map")


class Scale:
    """Transform between the plane and the SVG, with equal scales of both axes.

    Args:
        plane: positions [n, 2] that must be visible.
    """

    def __init__(self, plane):
        low, high = plane.min(axis=0), plane.max(axis=0)
        room = np.array([_WIDTH, _HEIGHT]) - 2 * _MARGIN
        self._factor = float(np.min(room / np.maximum(high - low, 1e-6)))
        self._centre = (low + high) / 2

    def picture(self, positions):
        """Map positions [..., 2] on the plane to the SVG, whose second axis points down."""
        away = (np.asarray(positions) - self._centre) * [self._factor, -self._factor]
        return away + [_WIDTH / 2, _HEIGHT / 2]

    def plane(self, position):
        """Map a position in the SVG to the plane."""
        away = np.asarray(position) - [_WIDTH / 2, _HEIGHT / 2]
        return away / [self._factor, -self._factor] + self._centre


def draw(latent_map, ends=(None, None), fraction=None):
    """Return the map as SVG text.

    Args:
        latent_map: `LatentMap`.
        ends: latents of A and B; None if not chosen.
        fraction: position of a mark between A (0) and B (1); None for no mark.
    """
    plane = latent_map.plane
    scale, colours = Scale(latent_map.shown), _colours(latent_map.labels)
    parts = [_component(scale, k, *ellipse) for k, ellipse in enumerate(latent_map.ellipses)]
    for number, (x, y) in enumerate(scale.picture(plane)):
        label, name = latent_map.labels[number], latent_map.names[number]
        parts.append(
            f'<circle class="point" data-point="{number}" cx="{x:.1f}" cy="{y:.1f}" r="5" '
            f'fill="{colours[label]}"><title>{html.escape(label)}\n{html.escape(name)}</title></circle>'
        )
    parts += _way(scale, latent_map, ends, fraction)
    legend = "".join(
        f'<span><i style="background:{colour}"></i>{html.escape(label)}</span>'
        for label, colour in list(colours.items())[: len(COLOURS)]
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="map of latents">'
        f'<rect width="100%" height="100%" fill="transparent"/>{"".join(parts)}</svg>'
        f'<div class="legend">{legend}</div>'
    )


def _colours(labels):
    names = sorted(set(labels))
    return {name: COLOURS[i] if i < len(COLOURS) else _REST for i, name in enumerate(names)}


def _component(scale, number, weight, centre, axes):
    x, y = scale.picture(centre)
    ellipse = "" if axes is None else _outline(scale, centre, axes)
    title = f"<title>component {number}, weight {weight:.3f}</title>"
    return (
        f'<g class="component" transform="translate({x:.1f} {y:.1f})">{ellipse}'
        f'<path data-component="{number}" d="M-7 0H7M0 -7V7">{title}</path></g>'
    )


def _outline(scale, centre, axes):
    x, y = scale.picture(centre)
    # Lengths of the axes in the SVG, and the angle of the second, longer one.
    short, long = (np.linalg.norm(scale.picture(centre + axis) - (x, y)) for axis in axes)
    angle = np.degrees(np.arctan2(-axes[1][1], axes[1][0]))
    return f'<ellipse rx="{long:.1f}" ry="{short:.1f}" transform="rotate({angle:.1f})"/>'


def _way(scale, latent_map, ends, fraction):
    """Yield the marks of A and B, the line between them, and the mark at `fraction`."""
    chosen = [None if end is None else np.asarray(end) for end in ends]
    positions = [None if end is None else _position(scale, latent_map, end) for end in chosen]
    if latent_map.is_linear and all(position is not None for position in positions):
        (x1, y1), (x2, y2) = positions
        yield f'<line class="way" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
        if fraction is not None:
            x, y = positions[0] + fraction * (positions[1] - positions[0])
            yield f'<circle class="here" cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
    for letter, position in zip("AB", positions, strict=True):
        if position is not None:
            x, y = position
            yield f'<g class="end" transform="translate({x:.1f} {y:.1f})"><circle r="11"/>'
            yield f'<text y="4">{letter}</text></g>'


def _position(scale, latent_map, latents):
    return scale.picture(latent_map.position_of(latents))
