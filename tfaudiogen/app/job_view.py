"""Shows the running job on the page."""

import html
import os

_WORDS = {
    "running": "is running",
    "stopping": "is stopping and saves what it has",
    "finished": "is finished",
    "stopped": "was stopped; what it had is saved",
    "failed": "failed; its last lines say why",
}
SECONDS_BETWEEN_LOOKS = 2.0


def status(job):
    """Return the state of a job as HTML."""
    if job is None:
        return '<div class="empty">Nothing is running.</div>'
    minutes, seconds = divmod(int(job.seconds), 60)
    return (
        f'<div class="job {job.state}"><i></i><b>{html.escape(job.title)}</b> '
        f"{_WORDS[job.state]} <span>{minutes}:{seconds:02d}</span></div>"
    )


def last_lines(job):
    """Return the last lines of a job's log, with paths relative to the current folder."""
    return "" if job is None else job.last_lines().replace(str(os.getcwd()) + os.sep, "")


def looks(job):
    """Return whether the page should keep polling the job."""
    return job is not None and job.running
