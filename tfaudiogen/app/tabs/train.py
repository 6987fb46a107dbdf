"""Tab Train: trains a preset on a data set, and shows learning curve and samples."""

import gradio

from tfaudiogen import presets
from tfaudiogen.app import curve_view, job_view, operations, trainings
from tfaudiogen.app.cards import card_of, put_on

TITLE, NEEDS = "Train", None
_SAMPLES = 3


def build(page):
    """Lay out the tab and connect it."""
    studio = page.studio
    watcher = Watcher(studio)
    with gradio.Row():
        with gradio.Column(scale=1, min_width=280):
            form = _form(studio)
            with gradio.Row():
                start = gradio.Button("Train", variant="primary", elem_id="train")
                stop = gradio.Button("Stop", variant="stop", elem_id="stop-training")
            resume = gradio.Button("Continue", elem_id="continue-training")
        with gradio.Column(scale=2):
            status = gradio.HTML(job_view.status(None), elem_id="training-status")
            curve = gradio.HTML(curve_view.draw([]), elem_id="curve")
            sounds = gradio.HTML(elem_id="training-samples")
            log = gradio.Textbox(label="Log", lines=6, max_lines=12, elem_id="training-log")
    seen = gradio.State(None)
    timer = gradio.Timer(job_view.SECONDS_BETWEEN_LOOKS, active=False)
    shown = {"outputs": [status, curve, sounds, log, seen, timer], "api_visibility": "private"}
    start.click(page.show_errors(watcher.start), form, **shown)
    stop.click(page.show_errors(watcher.stop), seen, **shown)
    name, epochs = form[0], form[3]
    resume.click(page.show_errors(watcher.resume), [name, epochs], **shown)
    timer.tick(page.show_errors(watcher.look), seen, show_progress="hidden", **shown)
    page.blocks.load(watcher.look, seen, show_progress="hidden", **shown)
    _refresh_models(page, timer, form)


def _form(studio):
    preset = gradio.Dropdown(
        presets.names(), value=trainings.fitting_preset(studio), label="Preset", elem_id="preset"
    )
    data = gradio.Dropdown([*studio.data, trainings.TONES], label="Data", elem_id="train-data")
    name = gradio.Textbox(label="Name of the run", placeholder="my_run", elem_id="run-name")
    epochs = gradio.Number(5, precision=0, minimum=1, label="Epochs", elem_id="epochs")
    with gradio.Accordion("More", open=False):
        batch_size = gradio.Number(
            None, precision=0, label="Batch size", info="empty: the preset's"
        )
        initial = gradio.Dropdown(
            [trainings.FRESH, *studio.model_names()], label="Start from", value=trainings.FRESH
        )
        changes = gradio.Textbox(
            label="Changes of the preset",
            lines=3,
            placeholder="model.latent_size=32",
            elem_id="changes",
        )
    return [name, preset, data, epochs, batch_size, initial, changes]


def _refresh_models(page, timer, form):
    """Keep the lists of models up to date, in this tab and all others."""

    def choices():
        return gradio.Dropdown(choices=[trainings.FRESH, *page.studio.model_names()])

    for event in (timer.tick, page.blocks.load):
        event(choices, None, form[5], show_progress="hidden", api_visibility="private")
    page.refresh_when(timer.tick)


class Watcher:
    """Starts, stops and polls the running training.

    Args:
        studio: `Studio`.
    """

    def __init__(self, studio):
        self.studio = studio

    def start(self, *form):
        """Start a training and return the updates of the view."""
        trainings.start(self.studio, *form)
        return self.look(None)

    def resume(self, name, epochs):
        """Resume a training up to `epochs` epochs in total; return the updates of the view."""
        trainings.resume(self.studio, name, epochs)
        return self.look(None)

    def stop(self, seen):
        """Stop the training; its state is saved."""
        job = self._job()
        if job:
            job.stop()
        return self.look(seen)

    def look(self, seen):
        """Return the updates of the view; `seen` identifies the epoch of the shown samples."""
        job = self._job()
        if job is None:
            quiet = gradio.Timer(active=False)
            return job_view.status(None), gradio.skip(), gradio.skip(), "", None, quiet
        rows = trainings.history(self.studio, job.result.name)
        samples = gradio.skip()
        stage = trainings.under_way(self.studio, job.result.name)
        now = (str(stage), len(rows), job.running)
        if rows and now != seen:
            samples, seen = self._samples(job.result.name, len(rows), stage), now
        timer = gradio.Timer(active=job_view.looks(job))
        return (
            job_view.status(job),
            curve_view.draw(rows),
            samples,
            job_view.last_lines(job),
            seen,
            timer,
        )

    def _job(self):
        job = self.studio.jobs.current
        return job if job and job.result.parent == self.studio.runs else None

    def _samples(self, name, epoch, stage):
        """Return cards of samples, or what the current stage has logged if it cannot sample."""
        if name not in self.studio.model_names() or not self.studio.has(name, "sample"):
            shown, rate = trainings.shown(stage)
            return put_on(self.studio.temporary, "training", shown, rate)[0] if shown else ""
        drawn = operations.sample(self.studio, name, _SAMPLES)
        representation = self.studio.model(name).representation
        shown = [
            card_of(
                representation,
                f"after epoch {epoch}: {position + 1} of seed 0",
                f"{name}_epoch_{epoch}_{position}",
                one,
            )
            for position, one in enumerate(drawn)
        ]
        rate = getattr(representation, "sample_rate", None)
        return put_on(self.studio.temporary, "training", shown, rate)[0]
