"""What a person does on the page, for its tests."""

import base64

import numpy as np


def is_sound(waveform):
    return len(waveform) > 100 and np.sqrt(np.mean(waveform**2)) > 1e-4


def drop(page, place, *paths, kind="audio/wav"):
    """Drop files on an element as a mouse would."""
    contents = [[base64.b64encode(path.read_bytes()).decode(), path.name] for path in paths]
    transfer = page.evaluate_handle(
        """([files, type]) => {
          const transfer = new DataTransfer();
          for (const [content, name] of files) {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            transfer.items.add(new File([bytes], name, {type}));
          }
          return transfer;
        }""",
        [contents, kind],
    )
    page.locator(place).first.dispatch_event("drop", {"dataTransfer": transfer})


def field(page, label):
    """Return the input of the tab on show that has this label; other tabs may have one too."""
    return page.get_by_label(label, exact=True).locator("visible=true")


def message(page):
    """Return the text of the error that is on show, and close it."""
    toast = page.locator(".toast-body.error").last
    text = toast.inner_text()
    toast.locator(".toast-close").click()
    toast.wait_for(state="detached")
    return text


def unfold(page, name, label):
    """Open the part of a tab that is folded away, unless it is open: the one with this field."""
    if not page.get_by_label(label).is_visible():
        page.get_by_role("button", name=name).click()


def choose(page, name):
    """Choose another model on the tab on show."""
    field(page, "Model").click()
    page.get_by_role("option", name=name, exact=True).click()


def chosen(page):
    """Return the name of the model that is chosen on the tab on show."""
    return field(page, "Model").input_value()


def offered(page):
    """Return the names of the models that the tab on show offers."""
    field(page, "Model").click()
    names = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    return [name.removeprefix("✓").strip() for name in names]


def clear(page, place):
    """Take back what was dropped on a place, if anything was."""
    names = ("Clear", "Remove Image")
    first, second = (page.locator(f"{place} button[aria-label='{name}']") for name in names)
    if first.or_(second).count():
        first.or_(second).first.click()
        first.or_(second).first.wait_for(state="detached")


def pick(page, place, option):
    """Choose an option of the list in a place."""
    page.locator(f"{place} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def press(page, button, selector, attribute):
    """Press a button, and wait until what it draws is another than before.

    Args:
        page: the page.
        button: its selector.
        selector: of the first element that is drawn.
        attribute: of that element, which differs between drawings.
    """
    shown = f"() => document.querySelector('{selector}')?.{attribute} ?? ''"
    before = page.evaluate(shown)
    page.click(button)
    page.wait_for_function(f"before => ![before, ''].includes(({shown})())", arg=before)


def draw_map(page):
    """Press the button, and wait for another map than the one on show, if any."""
    press(page, "#draw-map", "#map svg[role=img]", "outerHTML")
