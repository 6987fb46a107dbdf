"""How each kind of file is opened, in the worker: a function that returns the opener of a path."""


def model():
    """Return what loads the model of a folder."""
    import tfaudiogen

    return tfaudiogen.load


def data():
    """Return what describes a data set and reads a batch of each split."""
    import tfaudiogen as tg
    from tfaudiogen.data import describe

    def representation(summary):
        if summary.image_shape:
            return tg.Pictures(*summary.image_shape)
        return tg.Spectrogram(summary.sample_rate, 64, 32, summary.samples // 32, 32)

    def read(folder):
        summary = describe(folder)
        summary.report()
        for split in summary.examples:
            summary.files(split)[0]
            batches = tg.load_dataset(folder, representation(summary), split, 2)
            for _ in batches.take(2):
                pass

    return read
