"""Tab Evaluate: metrics of the model on a split of a data set."""

import gradio

from tfaudiogen.app import job_view, reports

TITLE, NEEDS = "Evaluate", reports.MEASURED
_NONE = "No data set was given: start with `tfaudiogen app --data FOLDER` to evaluate on it."


def build(page):
    """Lay out the tab and connect it."""
    studio = page.studio
    watcher = Watcher(studio)
    if not studio.data:
        gradio.Markdown(_NONE)
        return
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            model = page.choose_model("evaluate", *NEEDS)
            data = gradio.Dropdown([*studio.data], label="Data", elem_id="evaluate-data")
            split = gradio.Dropdown([*reports.SPLITS], label="Split")
            limit = gradio.Number(
                64,
                precision=0,
                label="Windows",
                info="at random; 0 for all",
                elem_id="windows",
            )
            samples = gradio.Number(
                16, precision=0, label="Importance samples", info="more: a tighter bound, more time"
            )
            model.when_it_changes(_samples(studio), samples)
            with gradio.Row():
                start = gradio.Button("Evaluate", variant="primary", elem_id="evaluate")
                stop = gradio.Button("Stop", variant="stop")
        with gradio.Column(scale=2):
            status = gradio.HTML(job_view.status(None), elem_id="evaluation-status")
            table = gradio.HTML(elem_id="report")
            log = gradio.Textbox(label="Log", lines=4, max_lines=12)
    timer = gradio.Timer(job_view.SECONDS_BETWEEN_LOOKS, active=False)
    shown = {"outputs": [status, table, log, timer], "api_visibility": "private"}
    start.click(
        page.show_errors(watcher.start), [model.dropdown, data, split, limit, samples], **shown
    )
    stop.click(page.show_errors(watcher.stop), None, **shown)
    timer.tick(page.show_errors(watcher.look), None, show_progress="hidden", **shown)
    page.blocks.load(watcher.look, None, show_progress="hidden", **shown)


def _samples(studio):
    """Return a handler that shows the number of samples if the model reconstructs."""
    return lambda name: gradio.Number(visible=studio.has(name, "reconstruct"))


class Watcher:
    """Starts, stops and polls the running evaluation.

    Args:
        studio: `Studio`.
    """

    def __init__(self, studio):
        self.studio = studio

    def start(self, *form):
        """Start an evaluation and return the updates of the view."""
        reports.start(self.studio, *form)
        return self.look()

    def stop(self):
        """Stop the evaluation."""
        job = self._job()
        if job:
            job.stop()
        return self.look()

    def look(self):
        """Return the updates of the view."""
        job = self._job()
        done = job is not None and job.state == "finished"
        table = reports.table(self.studio, job.result.stem) if done else ""
        timer = gradio.Timer(active=job_view.looks(job))
        return job_view.status(job), table, job_view.last_lines(job), timer

    def _job(self):
        job = self.studio.jobs.current
        return job if job and job.result.suffix == ".json" else None
