"""Input components that several tabs share: dropped files, a seed, a note."""

import secrets

import gradio

LARGEST_SEED = 2**31 - 1
ANY = "any"


def sound_upload(label, elem_id, record=False, visible=True):
    """Return a place to drop a sound, or to record one."""
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
    """Return a place to drop a picture, or to paste one.

    To hide it, hide what is around it: Gradio makes a component that is changed anew, and that one
    would open the file itself.
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
    # Gradio would open the file, and fail in its own words, before `uploads` has looked at it.
    upload.preprocess = lambda payload: payload and payload.path
    return upload


def file_upload(label, elem_id, many=False, visible=True):
    """Return a place to drop a file of any kind, or many of them."""
    return gradio.File(
        file_count="multiple" if many else "single",
        type="filepath",
        height=150,
        label=label,
        elem_id=elem_id,
        visible=visible,
    )


def seed_inputs(elem_id):
    """Return the seed, and whether another one is taken each time."""
    seed = gradio.Number(0, precision=0, label="Seed", info="the same gives the same again")
    return seed, gradio.Checkbox(True, label="Another seed each time", elem_id=elem_id)


def label_input(elem_id):
    """Return the choice of a label, hidden until `label_choices` shows those of a model."""
    return gradio.Dropdown([ANY], value=ANY, label="Label", visible=False, elem_id=elem_id)


def label_choices(names):
    """Return the change of a choice of a label for a model with labels of these names, or none."""
    return gradio.Dropdown([ANY, *names], value=ANY, visible=bool(names))


def chosen_seed(seed, another):
    """Return the seed to draw by."""
    return secrets.randbelow(LARGEST_SEED + 1) if another else seed


def upload_limits(limits, sounds=True, pictures=True):
    """Return what may be uploaded, in words."""
    bounds = [f"{limits.megabytes:g} MB"]
    bounds += [f"{limits.seconds:g} s"] if sounds else []
    bounds += [f"{limits.megapixels:g} million pixels"] if pictures else []
    return f"At most {', '.join(bounds)}. The server removes it after an hour."
