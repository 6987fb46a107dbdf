"""Report files of a run folder: history.csv, metrics.json, card.md, curve.png."""

import csv
import io
import json
from pathlib import Path

from tfaudiogen.data.report import shape_in_words
from tfaudiogen.io import audio_files
from tfaudiogen.plots import figures as drawing

HISTORY, METRICS, CARD, CURVE = "history.csv", "metrics.json", "card.md", "curve.png"


class Report:
    """Writes the report files of one run; each is written atomically.

    Args:
        folder: the run folder.
        model: the model in training.
        settings: the `Settings` of the run.
        summary: the `DataSummary` of its data.
        state: the `State` of the run.
        command: the command line to reproduce the training, for the card.
    """

    def __init__(self, folder, model, settings, summary, state, command):
        self.folder, self.model, self.state = Path(folder), model, state
        self.settings, self.summary, self.command = settings, summary, command

    def write(self):
        """Write history, metrics and card."""
        rows = self.state.history
        audio_files.write_text(self.folder / HISTORY, history_text(rows))
        text = json.dumps(self._metrics(), indent=1)
        audio_files.write_text(self.folder / METRICS, text + "\n")
        audio_files.write_text(self.folder / CARD, self._card())

    def draw(self):
        """Draw the learning curve."""
        draw_curve(self.folder / CURVE, self.state.history)

    def _metrics(self):
        best, last = self.state.best, self.state.history[-1]
        figures = {name: value for name, value in best.items() if name not in ("seconds", "step")}
        figures = {name: value for name, value in figures.items() if value == value}
        return {
            **figures,
            "epochs": last["epoch"],
            "steps": last["step"],
            "minutes": last["seconds"] / 60,
            "parameters": self.model.count_params(),
            **{f"{split}_examples": count for split, count in self.settings.examples.items()},
        }

    def _card(self):
        preset = self.settings.preset
        sections = [
            f"# {preset['name']}\n\n{preset['summary']}",
            "## Facts\n\n" + "\n".join(f"- {name}: {fact}" for name, fact in self._facts().items()),
            f"## Training\n\n    {self.command}",
            f"## Numbers\n\n{self._numbers()}",
            f"## Which loss is normal\n\n{self._normal()}\n\n![training curve]({CURVE})",
        ]
        return "\n\n".join(sections) + "\n"

    def _facts(self):
        examples = self.settings.examples
        counts = ", ".join(f"{count} {split}" for split, count in examples.items())
        last = self.state.history[-1]
        return {
            "data": f"{self.summary.folder.name} ({self.summary.builder}); examples: {counts}",
            "licence of the data": self.summary.licence or "not known",
            **self._kind_of_data(),
            "model": f"{type(self.model).__name__}, {self.model.count_params():,} parameters",
            "training": f"{last['epoch']} epochs, {last['step']} steps of "
            f"{self.settings.batch_size} examples, {last['seconds'] / 60:.1f} minutes",
        }

    def _kind_of_data(self):
        if not hasattr(self.model, "representation"):
            return {"codes": f"maps of shape {self.model.shape}, {self.model.codebook_size} codes"}
        spectrogram = self.model.representation
        if spectrogram.kind == "vectors":
            pictures = shape_in_words(self.model.pictures.image_shape)
            return {"embeddings": f"{spectrogram.size} numbers", "pictures": pictures}
        if spectrogram.kind == "pictures":
            return {"pictures": shape_in_words(spectrogram.image_shape)}
        if hasattr(self.model, "pictures"):
            pictures = {"pictures": shape_in_words(self.model.pictures.image_shape)}
            return {**self._kind_of_sound(spectrogram), **pictures}
        return self._kind_of_sound(spectrogram)

    def _kind_of_sound(self, spectrogram):
        frames, bins, _ = spectrogram.image_shape
        low, high = spectrogram.decibels
        return {
            "sound": f"{spectrogram.sample_rate} Hz, windows of {spectrogram.seconds:.3f} s",
            "image": f"{frames} frames by {bins} {spectrogram.scale} bins, frame length "
            f"{spectrogram.frame_length}, hop {spectrogram.hop}, {low:g} to {high:g} dB",
        }

    def _numbers(self):
        best = self.state.best
        kept = {n: v for n, v in best.items() if n.startswith("val_") or n == "active_units"}
        head = (
            f"`model.keras` is the model after epoch {best['epoch']}, the one with the lowest "
            f"validation loss. {self._note_on_rate()}, {self.model.units}:"
        )
        return f"{head}\n\n{figure_table(kept)}"

    def _note_on_rate(self):
        if hasattr(self.model, "fit_prior"):
            return (
                "A prior with trained means is fitted once more to the training windows when "
                "training ends, which lowers the rate. On the validation split before that"
            )
        if self.model.note_on_loss:
            return f"{self.model.note_on_loss}. On the validation split"
        if self.model.compares_examples:
            return (
                "The loss is that of identifying the matching pairs among "
                f"{self.settings.batch_size} examples, and depends on their number. "
                "On the validation split"
            )
        if hasattr(self.model, "tag"):
            return "The loss is the negative log-probability of labels. On the validation split"
        if not hasattr(self.model, "likelihood"):
            return "The loss is the negative log-probability of codes. On the validation split"
        return (
            "The rate is that of codes which are all equally likely, padding included: a prior "
            "over the codes lowers it. Levels of codes count from the top. On the validation split"
        )

    def _normal(self):
        columns = ["epoch", "loss", "val_loss", "bits_per_dimension", "val_bits_per_dimension"]
        columns = [column for column in columns if column in self.state.history[0]]
        rows = [[f"{row[column]:.5g}" for column in columns] for row in self._milestones()]
        lines = ["| " + " | ".join(row) + " |" for row in [columns, ["---"] * len(columns), *rows]]
        return "A run that goes well passes these points:\n\n" + "\n".join(lines)

    def _milestones(self):
        """Return the rows of epochs 1, 2, 4, 8, ... and of the last epoch."""
        rows = self.state.history
        return [row for row in rows[:-1] if row["epoch"] & (row["epoch"] - 1) == 0] + rows[-1:]


def figure_table(figures):
    """Return metrics {name: value} as a Markdown table, the prefix "val_" removed."""
    rows = [f"| {name.removeprefix('val_')} | {value:.5g} |" for name, value in figures.items()]
    return "\n".join(["| figure | value |", "|---|---|", *rows])


def history_text(rows):
    """Return the rows of a history (dicts) as CSV."""
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def draw_curve(path, rows):
    """Plot bits per dimension, or else the loss, against the epoch."""
    name = "bits_per_dimension" if "bits_per_dimension" in rows[0] else "loss"
    epochs = [row["epoch"] for row in rows]
    figure = drawing.figure(7, 4)
    axes = figure.add_subplot(xlabel="epoch", ylabel=name.replace("_", " "))
    for key, label in ((name, "training"), (f"val_{name}", "validation")):
        axes.plot(epochs, [row[key] for row in rows], marker=".", label=label)
    axes.grid(alpha=0.3)
    axes.legend()
    drawing.save(figure, path)
