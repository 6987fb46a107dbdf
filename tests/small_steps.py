"""Models of one or two weights, whose every step is known in closed form."""

import keras
import tensorflow as tf

from tfaudiogen.models.base import ProbabilisticModel


@keras.saving.register_keras_serializable("tests")
class Line(ProbabilisticModel):
    """(w - x)^2 for each example x: a loss whose every step is known in closed form."""

    terms = ("loss", "slope")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.add_weight(shape=(), initializer="zeros", name="weight")
        self.built = True

    def call(self, images, training=False):
        return self.weight - images

    def fill_defaults(self, batch):
        x = tf.cast(batch["image"], tf.float32)
        return {"image": x, "id": batch.get("id", tf.range(tf.size(x, tf.int64)))}

    def loss_terms(self, batch, key, training):
        difference = self.weight - batch["image"]
        return {"loss": difference**2, "slope": 2.0 * difference}


@keras.saving.register_keras_serializable("tests")
class Players(ProbabilisticModel):
    """One weight goes to the examples, another chases the first: two objectives, two optimizers."""

    terms = ("loss", "chase")
    objectives = ("loss", "chase")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.runner = self.add_weight(shape=(), initializer="zeros", name="runner")
        self.hunter = self.add_weight(shape=(), initializer="ones", name="hunter")
        self.built = True

    def objective_weights(self):
        return {"loss": [self.runner], "chase": [self.hunter]}

    def loss_terms(self, batch, key, training):
        loss = (self.runner - batch["image"]) ** 2
        return {"loss": loss, "chase": 4.0 * (self.hunter - self.runner) ** 2 + 0.0 * loss}
