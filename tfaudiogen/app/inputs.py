"""Input components shared by tabs: uploads, seed, label, and a note on limits."""

import secrets

import gradio

LARGEST_SEED = 2**31 - 1
ANY = "any"


def sound_upload(label, elem_id, record=False, visible=True):
    """Return a component to upload or record a sound."""
    return gradio.Audio(
        type="filepath",
        sources=["upload", "microphone"] if record else ["upload"],
        editable=False,
        buttons=[],
        label=label,
        elem_id=elem_id,
        visible=visible,
    )


def picture_upload(label, elem_id):
    """Return a component to upload or paste an image.

    To hide it, hide its container: Gradio recreates an updated component, which would then lose
    the changed `preprocess` below.
    """
    upload = gradio.Image(
        type="filepath",
        image_mode=None,
        sources=["upload", "clipboard"],
        buttons=[],
        height=260,
        label=label,
        elem_id=elem_id,
    )
    # Gradio would open the file, with its own error messages, before `uploads` has checked it.
    upload.preprocess = lambda payload: payload and payload.path
    return upload


def file_upload(label, elem_id, many=False, visible=True):
    """Return a component to upload one or many files of any type."""
    return gradio.File(
        file_count="multiple" if many else "single",
        type="filepath",
        height=150,
        label=label,
        elem_id=elem_id,
        visible=visible,
    )


def seed_inputs(elem_id):
    """Return the components for the seed and for whether to use a new seed each time."""
    seed = gradio.Number(0, precision=0, label="Seed", info="the same gives the same again")
    return seed, gradio.Checkbox(True, label="Another seed each time", elem_id=elem_id)


def label_input(elem_id):
    """Return a dropdown of labels, hidden until `label_choices` shows those of a model."""
    return gradio.Dropdown([ANY], value=ANY, label="Label", visible=False, elem_id=elem_id)


def label_choices(names):
    """Return the update of a dropdown of labels for a model with these label names, or none."""
    return gradio.Dropdown([ANY, *names], value=ANY, visible=bool(names))


def chosen_seed(seed, another):
    """Return the given seed, or a random one if `another`."""
    return secrets.randbelow(LARGEST_SEED + 1) if another else seed


def upload_limits(limits, sounds=True, pictures=True):
    """Return a note on the limits of uploads."""
    bounds = [f"{limits.megabytes:g} MB"]
    bounds += [f"{limits.seconds:g} s"] if sounds else []
    bounds += [f"{limits.megapixels:g} million pixels"] if pictures else []
    return f"At most {', '.join(bounds)}. The server removes it after an hour."
