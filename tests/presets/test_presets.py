import pytest

import tfaudiogen
from tfaudiogen import presets


def test_overrides_replace_values_by_dotted_key():
    preset = presets.get("speech_vae", **{"fit.batch_size": 4, "model.latent_size": 7})
    assert preset.fit["batch_size"] == 4
    assert preset.model["latent_size"] == 7
    assert presets.get("speech_vae").fit["batch_size"] != 4


@pytest.mark.parametrize("key", ["model.nothing", "nothing.latent_size", "latent_size"])
def test_an_unknown_key_is_named_beside_the_known(key):
    with pytest.raises(ValueError, match=rf"unknown setting '{key}'; .*model\.latent_size"):
        presets.get("speech_vae", **{key: 1})


def test_an_unknown_preset_is_named_beside_the_known():
    with pytest.raises(ValueError, match="music_vae, .*received 'nothing'"):
        presets.get("nothing")


@pytest.mark.parametrize(
    "name", ["music_vae", "speech_vae", "sinewave_vae", "music_vqvae2", "orchestra_vqvae"]
)
def test_a_shippable_model_has_at_most_six_million_parameters(name):
    model = presets.get(name).build()
    assert model.count_params() < 6e6
    assert model.representation.samples == presets.get(name).data["samples"]


def test_the_digits_leave_room_for_their_priors():
    """1,024 codes below and 256 above, in half of the parameters of a shipped model."""
    model = presets.get("speech_vqvae").build()
    assert model.count_params() < 3e6
    assert model.code_shapes == [(16, 16), (32, 32)]


def test_a_preset_survives_as_plain_values():
    preset = presets.get("music_vae")
    assert presets.Preset(**preset.as_dict()) == preset


@pytest.mark.parametrize("side", [28, 32, 128, 256])
def test_colour_pictures_of_each_size_have_each_kind_of_autoencoder(side):
    shape = {"height": side, "width": side, "channels": 3}
    every = [presets.get(name) for name in presets.names()]
    found = {one.model["kind"] for one in every if one.pictures == shape}
    assert found >= {"vae", "vqvae", "vqgan"}


@pytest.mark.slow
@pytest.mark.parametrize("name", presets.names())
def test_every_preset_makes_a_model_of_its_geometry(name):
    preset = presets.get(name)
    names = ["7 low", "8 high"]  # A speaker needs a further word.
    model = (preset.translation() if preset.translator else preset).build(names)
    shapes = [tuple((preset.pictures or {}).values())]
    if preset.spectrogram:
        shapes.append((preset.spectrogram["frames"], preset.spectrogram["bins"], 1))
    embeds = isinstance(model, tfaudiogen.AudioImageEmbedder)
    assert (model.pictures if embeds else model.representation).image_shape in shapes
    assert model.count_params() < 6e6 or name == "literature_vae"


def test_each_level_of_codes_may_have_a_prior_with_a_backbone_of_its_own():
    preset = presets.get("speech_vqvae", **{"priors.backbone": ["lstm", "transformer"]})
    coder = preset.without_priors().build(["low", "high"])
    sizes = [table.shape[-1] for table in coder.code_vectors()]
    arguments = (*coder.code_maps(), sizes, coder.class_names)
    backbones = [type(preset.prior(number, *arguments).build().backbone) for number in (0, 1)]
    assert backbones == [tfaudiogen.Transformer, tfaudiogen.LSTMStack]  # the top one first
