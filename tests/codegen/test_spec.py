"""Specs: what is accepted, and one clear message for each that is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.spec import SpecError, parse, read

GOOD = """
name = "digits"
input = 784
loss = "cross_entropy"
[[layer]]
units = 128
activation = "relu"
[[layer]]
units = 10
activation = "softmax"
[training]
optimizer = "adam"
"""


def spec(old: str = "", new: str = "", text: str = GOOD):
    assert old in text
    return parse(text.replace(old, new, 1).encode(), "net.toml")


def test_defaults():
    found = spec()
    assert found.widths == (784, 128, 10)
    assert (found.columns, found.dtype, found.input_scale, found.l2) == (True, "float32", None, 0)
    training = found.training
    assert (training.learning_rate, training.batch_size, training.epochs) == (0.001, 64, 10)
    assert training.constants == {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    assert len(found.sha256) == 64


def test_constants_have_keys_of_their_own():
    found = spec('"relu"', '"leaky_relu"\nslope = 0.2')
    assert found.layers[0].constants == {"slope": 0.2}
    assert spec('"relu"', '"leaky_relu"').layers[0].constants == {"slope": 0.01}
    assert spec('"relu"', '"elu"').layers[0].constants == {"alpha": 1.0}
    found = spec('"adam"', '"momentum"\nmomentum = 0.5')
    assert found.training.constants == {"momentum": 0.5}


WRONG = [
    ('input = 784', 'inptu = 784', 'inptu: unknown key at the top level; did you mean "input"?'),
    ("units = 128", "unit = 128", "layer[1].units is missing in [layer[1]]"),
    ("units = 128", "units = 128\nslope = 0.1", "layer[1].slope: unknown key in [layer[1]]"),
    ('"relu"', '"rellu"', 'activation = "rellu": no such activation; did you mean "relu"?'),
    ('"relu"', '"softmax"', "softmax belongs to the last layer"),
    ('"softmax"', '"sigmoid"', 'loss = "cross_entropy" needs activation = "softmax"'),
    ('"cross_entropy"', '"binary_cross_entropy"', 'needs activation = "sigmoid"'),
    ('"cross_entropy"', '"crossentropy"', 'did you mean "cross_entropy"?'),
    ("units = 128", "units = 0", "layer[1].units = 0: must be a whole number from 1 to 1000000"),
    ("units = 128", "units = 1000000000", "layer[1].units = 1000000000: must be a whole number"),
    ("units = 128", "units = 1000000\n# x", "net.toml: layer: "),
    ("units = 128", "units = 12.5", "a whole number from 1 to 1000000, not a number"),
    ("units = 128", "units = true", "not a truth value"),
    ("units = 128", 'units = "128"', "not a string"),
    ("units = 128", f"units = 1{'0' * 5000}", "not TOML"),
    ("units = 10\n", "units = 1\n", "softmax needs at least 2 units"),
    ("input = 784", "input = -1", "input = -1: must be a whole number"),
    ('"adam"', '"adam"\nlearning_rate = -0.1', "learning_rate = -0.1: must be a number greater"),
    ('"adam"', '"adam"\nlearning_rate = nan', "training.learning_rate = nan: must be a number"),
    ('"adam"', '"adam"\nlearning_rate = inf', "training.learning_rate = inf: must be a number"),
    ('"adam"', f'"adam"\nlearning_rate = 1{"0" * 400}', "training.learning_rate"),
    ('"adam"', '"adam"\nmomentum = 0.9', "training.momentum: unknown key in [training]"),
    ('"adam"', '"adma"', 'training.optimizer = "adma": no such optimizer; did you mean "adam"?'),
    ('"adam"', '"adam"\nbeta1 = 1.0', "training.beta1 = 1.0: must be a number from 0"),
    ('"adam"', '"adam"\nbatch_size = 0', "training.batch_size = 0"),
    ('"adam"', '"adam"\nseed = -1', "training.seed = -1"),
    ('name = "digits"', 'name = "two words"', 'name = "two words": must be a Python identifier'),
    ('name = "digits"', 'name = "class"', "is a keyword of Python"),
    ('name = "digits"', 'name = "json"', "is the name of a module"),
    ('name = "digits"', 'name = "runtime"', "is the name of a module"),
    ('name = "digits"', 'name = "a\\"b"', "must be a Python identifier"),
    ('name = "digits"', 'name = "a\\nimport os"', "must be a Python identifier"),
    ('name = "digits"', 'name = "../digits"', "must be a Python identifier"),
    ('name = "digits"', 'name = "ｄigits"', "must be a Python identifier"),
    ('name = "digits"', "name = 3", "must be a string, not a whole number"),
    ('name = "digits"', "", "name is missing at the top level"),
    ("input = 784", "", "input is missing at the top level"),
    ("input = 784", 'input = 784\ndtype = "float16"', 'did you mean "float'),
    ("input = 784", 'input = 784\nexamples = "colums"', 'did you mean "columns"?'),
    ("input = 784", "input = 784\ninput_scale = 0", "input_scale = 0: must be a number"),
    ("input = 784", "input = 784\nl2 = -1", "l2 = -1: must be a number of at least 0"),
    ("input = 784", "input = 784\ntraining = 3", "training = 3: must be a table"),
    ("input = 784", "input = 784\nlabel_smoothing = 1", "label_smoothing = 1: must be a number from"),
    ("input = 784", "input = 784\nclass_weights = [1, 2]", "must be 10 numbers, one for each unit"),
    ("input = 784", "input = 784\nclass_weights = 3", "must be an array of 10 numbers"),
    ("input = 784", f"input = 784\nclass_weights = {[1] * 9 + [0]}", "class_weights[10] = 0: must"),
    ("input = 784", "input = 784\nsample_weights = 1", "sample_weights = 1: must be true or false"),
    ("input = 784", "input = 784\nl1 = -1", "l1 = -1: must be a number of at least 0"),
    ('"relu"', '"relu"\nnorm = "layr"', 'no such normalisation; did you mean "layer"?'),
    ('"softmax"', '"softmax"\nnorm = "layer"', "layer[2].norm = \"layer\": belongs to a hidden layer"),
    ('"softmax"', '"softmax"\nskip = 1', "layer[2].skip = 1: belongs to a hidden layer"),
    ('"relu"', '"relu"\nskip = 1', "layer[1].skip = 1: there are 0 layers below layer 1"),
    ('"relu"', '"relu"\n[[layer]]\nunits = 9\nactivation = "relu"\nskip = 1', "layer 2 has 9 units, layer 1 has 128"),
    ('"relu"', '"relu"\nnorm_epsilon = 1', "layer[1].norm_epsilon = 1: is a constant of norm"),
    ('"relu"', '"relu"\nnorm = "layer"\nnorm_momentum = 0.5', 'is a constant of norm = "batch"'),
    ('"relu"', '"relu"\nnorm = "batch"\nnorm_momentum = 2', "greater than 0, up to 1"),
    ("units = 128", 'units = 1\nnorm = "layer"', "a normalised layer needs at least 2 units"),
    ('"relu"', '"relu"\ninit = "hee"', 'init = "hee": no such initialiser; did you mean "he"?'),
    ('"adam"', '"adam"\nschedule = "cosin"', 'no such schedule; did you mean "cosine"?'),
    ('"adam"', '"adam"\nstep_every = 3', "training.step_every: unknown key in [training]"),
    ('"adam"', '"adam"\nschedule = "step"\nstep_every = 0', "step_every = 0: must be a number"),
    ('"adam"', '"adam"\nwarmup = -1', "training.warmup = -1: must be a number of at least 0"),
    ('"adam"', '"adam"\nclip_norm = 0', "training.clip_norm = 0: must be a number greater than 0"),
    ('"adam"', '"adam"\npatience = 1.5', "training.patience = 1.5: must be a whole number"),
    ('"adam"', '"rmsprop"\nrho = 1', "training.rho = 1: must be a number from 0"),
    ("input = 784", 'input = 784\ndescription = "a\\u0007"', "printable characters"),
    ("input = 784", "input = 1979-05-27", "not a date or time"),
    ('"softmax"', '"relu', "not TOML"),
    ("[[layer]]", "[layer]", "not TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_one_clear_message(old, new, message):
    text = GOOD.replace(
        "[training]\n", "[training]\n" if new != "input = 784\ntraining = 3" else ""
    )
    text = text.replace("input = 784", "input = 1000") if "# x" in new else text
    text = text.replace('optimizer = "adam"\n', "") if "training = 3" in new else text
    with pytest.raises(SpecError) as error:
        spec(old, new, text)
    found = str(error.value)
    assert message in found
    assert found.startswith("net.toml: ")
    assert "\n" not in found
    assert len(found) < 300


def test_labels_that_are_numbers_have_no_classes():
    text = GOOD.replace('"softmax"', '"identity"').replace('"cross_entropy"', '"huber"')
    for key in ("label_smoothing = 0.1", f"class_weights = {[1.0] * 10}"):
        with pytest.raises(SpecError, match="are numbers, not classes"):
            spec("input = 784", f"input = 784\n{key}", text)
    assert spec("input = 784", "input = 784\ndelta = 2", text).loss_constants == {"delta": 2.0}


def test_training_beyond_the_usual():
    found = spec('"adam"', '"adamw"\nschedule = "cosine"\nwarmup = 2\nclip_norm = 5\npatience = 3')
    training = found.training
    assert training.constants["weight_decay"] == 0.01
    assert (training.schedule, training.warmup, training.clip_norm) == ("cosine", 2.0, 5.0)
    assert training.schedule_constants == {"final_factor": 0.0}
    assert not training.steady
    assert [layer.init for layer in found.layers] == ["he", "glorot"]


def test_input_file_faults(tmp_path):
    with pytest.raises(SpecError, match="No such file"):
        read(tmp_path / "none.toml")
    with pytest.raises(SpecError, match="directory"):
        read(tmp_path)
    for data, message in (
        (b"\xff\xfe", "not UTF-8"),
        (b"a = " + b"[" * 100_000, "not TOML"),
        (b"#" * 2_000_000, "at most 1000000 bytes"),
    ):
        path = tmp_path / "wrong.toml"
        path.write_bytes(data)
        with pytest.raises(SpecError, match=message):
            read(path)


_VALUES = st.one_of(
    st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.just([]), st.just({})
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["name", "input", "loss", "layer", "training", "l2", "x"]), _VALUES
    )
)
def test_any_table_gives_a_spec_or_a_spec_error(table):
    def write(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return (
                '"'
                + "".join(f"\\U{ord(c):08X}" for c in value if not 0xD800 <= ord(c) < 0xE000)
                + '"'
            )
        if isinstance(value, dict):
            return "{}"
        return repr(value)

    text = "\n".join(f"{key} = {write(value)}" for key, value in table.items())
    with pytest.raises(SpecError):
        parse(text.encode())
