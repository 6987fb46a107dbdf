"""The report of a collection."""

import json
from dataclasses import asdict, dataclass, field

from tfaudiogen.data.report import REPORT_NAME, Skipped
from tfaudiogen.disk import atomic_file
from tfaudiogen.validation.text import visible


@dataclass
class CollectReport:
    """The result of a collection.

    Attributes:
        rows: number of rows of the table, or results of the service.
        complete: number of rows whose files are all there, the rows of pairs.csv.
        audio, images: number of files of each kind.
        megabytes: size of these files.
        fetched: number of files that this run has downloaded; the others were there before.
        skipped: files that were not collected, each with the reason.
    """

    rows: int
    complete: int = 0
    audio: int = 0
    images: int = 0
    megabytes: float = 0.0
    fetched: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def __str__(self):
        lines = [
            f"{self.complete} of {self.rows} rows are complete",
            f"{self.audio} sounds and {self.images} pictures, {self.megabytes:.1f} MB; "
            f"{self.fetched} of these files are new",
            *(f"skipped: {skipped.file}: {skipped.reason}" for skipped in self.skipped),
        ]
        return "\n".join(map(visible, lines))

    def save(self, folder):
        """Write `report.json` into a folder."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        with atomic_file(folder / REPORT_NAME) as temporary:
            temporary.write_text(text + "\n", "utf-8", "backslashreplace")
