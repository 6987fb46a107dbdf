"""Any folder of images as a TFDS data set."""

import dataclasses

from tfaudiogen.data.builders.image_folder import convert, labelled, notices_of
from tfaudiogen.data.builders.image_records import PictureBuilder, PictureConfig
from tfaudiogen.data.sources.conditions import Conditioning


@dataclasses.dataclass(eq=False)
class Config(PictureConfig):
    """Which files are read, and the size of the stored images; see `PictureConfig`."""


class Builder(PictureBuilder):
    """Every png, jpeg, bmp, gif and webp file below the sources; the label is the sub-folder.

    Splits are by hash of the file name.
    """

    name = "picture_folder"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "The pictures of a folder, in one size, labelled by sub-folder."

    def pictures(self, workers):
        """Return the list of `Picture`s of the sources."""
        config = self.builder_config
        labels = (config.labels_csv, config.label_pattern)
        files, self.skipped, self.ignored = labelled(config.sources, *labels)
        conditioning, files, skipped = Conditioning.of(files, config.embeddings)
        self.skipped += skipped
        settings = (self.read_folder, self.image_shape, workers, config.progress)
        pictures, skipped, taken = convert(files, *settings)
        self.skipped += skipped
        self.notices = notices_of(taken, self.image_shape)
        return [
            dataclasses.replace(
                picture,
                captions=conditioning.captions.get(picture.name, []),
                vectors=conditioning.vectors.get(picture.name, []),
            )
            for picture in pictures
        ]
