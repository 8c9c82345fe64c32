"""What the runtime says of data that do not fit, and how it reads files."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest


@pytest.fixture
def make(emitted):
    """A `Network` of two features and some outputs; keywords replace the defaults."""

    def network(**facts):
        chosen = {
            "name": "net",
            "shapes": {},
            "features": 2,
            "outputs": 3,
            "examples": "columns",
            "dtype": "float32",
            "task": "classes",
            "labels": "distribution",
        }
        return emitted.runtime.Network(**{**chosen, **facts})

    return network


X = np.arange(8.0).reshape(2, 4)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (X.T, r"X: got shape \(4, 2\), needs \(2, m\), one example a column"),
        (X[0], r"X: got shape \(4,\), needs \(2, m\)"),
        (X[:, :0], r"X: got no examples, shape \(2, 0\); needs at least one"),
        (np.where(X == 5, np.nan, X), r"X: got nan at \[1, 1\], needs finite numbers"),
        (np.where(X == 2, -np.inf, X), r"X: got -inf at \[0, 2\], needs finite numbers"),
        (X * 1e300, r"X: got inf at \[0, 1\], needs finite numbers"),
        (X.astype(int), "X: got dtype int64, needs float"),
        (X.astype(complex), "X: got dtype complex128, needs numbers"),
        (X.astype(object), "X: got dtype object, needs numbers"),
        (X.astype(str), "X: got dtype <U32, needs numbers"),
        ([[1.0, 2.0], [3.0]], "X: got no array of numbers"),
        (None, "X: got dtype object, needs numbers"),
        (np.ma.masked_equal(X, 3.0), "X: got masked entries"),
    ],
)
def test_wrong_inputs(make, value, message):
    with pytest.raises(ValueError, match=message):
        make().inputs(value)


def test_inputs_keep_values_and_take_pixels_only_with_a_scale(make):
    assert make().inputs(X).dtype == np.float32
    assert make().inputs(X, "float64") is X
    assert make(examples="rows").inputs(X.T).shape == (4, 2)
    pixels = X.astype(np.uint8)
    assert make(input_scale=255.0).inputs(pixels).tolist() == X.tolist()


HOT = np.eye(3)[:, [0, 1, 2, 2]]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (HOT.T, r"Y: got shape \(4, 3\), needs \(3, m\)"),
        (HOT[:, :3], r"Y: got shape \(3, 3\), needs \(3, 4\), as many as X"),
        (HOT * np.nan, r"Y: got nan at \[0, 0\]"),
        (HOT * 2, "Y: got an entry 2, needs 0 to 1"),
        (-HOT, "Y: got an entry -1, needs 0 to 1"),
        (HOT * 0.5, r"Y: got entries that sum to 0.5 for example 0, need 1"),
        ([0, 1, 2], "Y: got 3 labels, needs 4, as many as X"),
        ([0, 1, 3, 1], "Y: got the label 3, needs 0 to 2"),
        ([0, 1, -1, 1], "Y: got the label -1, needs 0 to 2"),
        ([0.0, 1.0, 2.0, 1.0], "Y: got labels of dtype float64, needs integers"),
        ([True, False, True, True], "Y: got labels of dtype bool, needs integers"),
        (["a", "b", "a", "b"], "Y: got dtype <U1, needs numbers"),
        ([], "Y: got labels of dtype float64"),
        (3, r"Y: got shape \(\), needs \(3, m\)"),
    ],
)
def test_wrong_targets(make, value, message):
    with pytest.raises(ValueError, match=message):
        make().targets(value, 4)


def test_targets_of_every_kind(make):
    labels = np.array([0, 1, 2, 2], np.uint8)
    assert make().targets(labels, 4).tolist() == HOT.tolist()
    assert make(examples="rows").targets(labels, 4).tolist() == HOT.T.tolist()
    assert make().targets(HOT.astype(bool), 4).dtype == np.float32
    binary = make(outputs=1, task="binary", labels="unit")
    assert binary.targets([0, 1, 1], 3).tolist() == [[0, 1, 1]]
    assert binary.targets([[0.25, 1.0]], 2).tolist() == [[0.25, 1]]
    with pytest.raises(ValueError, match="got the label 2, needs 0 to 1"):
        binary.targets([0, 2], 2)
    real = make(outputs=1, task="regression", labels="real")
    assert real.targets([[-3.5, 9.0]], 2).tolist() == [[-3.5, 9.0]]
    with pytest.raises(ValueError, match=r"got shape \(2,\), needs \(1, m\)"):
        real.targets([1, 2], 2)


def test_decisions_accuracy_and_confusion(emitted, make):
    rt = emitted.runtime
    output = np.array([[0.8, 0.1, 0.3], [0.1, 0.8, 0.3], [0.1, 0.1, 0.4]])
    truth = np.array([0, 2, 2])
    for examples, value in (("columns", output), ("rows", output.T)):
        net = make(examples=examples)
        assert rt.decide(net, value).tolist() == [0, 1, 2]
        for labels in (truth, net.one_hot(truth)):
            assert rt.accuracy(net, value, labels) == pytest.approx(2 / 3)
            assert rt.confusion(net, value, labels).tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 1]]
    binary = make(outputs=1, task="binary", labels="unit")
    assert rt.accuracy(binary, np.array([[0.9, 0.2]]), np.array([1, 1])) == 0.5
    assert rt.confusion(binary, np.array([[0.9, 0.2]]), np.array([1, 1])).tolist() == [
        [0, 0],
        [1, 1],
    ]
    with pytest.raises(ValueError, match="decides between classes"):
        rt.confusion(make(task="regression"), output, truth)


# -- files -------------------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path):
    """Writes text or bytes to a file of a name and gives its path."""

    def file(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a,label,b\n1,0,2\n3,2,4\n", None),
        ("a,kind,b\r\n1,0,2\r\n\r\n3,2,4\r\n", "kind"),
        ("\ufeffa,kind,b\n1,0,2\n3,2,4", "1"),
        ("0,label,1\n1,0,2\n3,2,4\n", "label"),
        ("1,0,2\n3.0,2,4e0\n", "-2"),
        ('"a","label","b"\n"1","0","2"\n3,2,4\n', None),
    ],
)
def test_csv(emitted, make, write, text, column):
    for examples in ("columns", "rows"):
        net = make(examples=examples)
        x, y = emitted.runtime.read_data(net, write("d.csv", text), column=column)
        assert (x.T if examples == "columns" else x).tolist() == [[1, 2], [3, 4]]
        assert y.tolist() == [0, 2]
        assert y.dtype == np.int64


def test_csv_of_a_regression(emitted, make, write):
    net = make(outputs=2, task="regression", labels="real")
    path = write("d.csv", "a,b,u,v\n1,2,0.5,7\n3,4,1.5,8\n5,6,2.5,9\n")
    x, y = emitted.runtime.read_data(net, path, column="u, v")
    assert x.shape == (2, 3)
    assert y.tolist() == [[0.5, 1.5, 2.5], [7, 8, 9]]


def test_csv_that_is_square_still_holds_one_example_a_row(emitted, make, write):
    x, _ = emitted.runtime.read_data(make(), write("d.csv", "1,2\n3,4\n"))
    assert x.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a,b\n1,2\n3,x\n", None, "line 3, column 2: got 'x', needs a finite number"),
        ("a,b\n1,2\n\n3,nan\n", None, "line 4, column 2: got 'nan', needs a finite number"),
        ("1,2\n1e999,2\n", None, "line 2, column 1: got '1e999', needs a finite number"),
        ("a,b\n1,2\n3\n", None, "line 3: got 1 columns, needs 2"),
        ("a,b\n1,2,3\n", None, "line 2: got 3 columns, needs 2"),
        ("a,b\n1,\n", None, "line 2, column 2: got '', needs a finite number"),
        ("a,b\n1_0,2\n", None, "line 2, column 1: got '1_0'"),
        ("a,b\n0x1,2\n", None, "line 2, column 1: got '0x1'"),
        ("1,x\n1,2\n", None, "line 1, column 2: got 'x', needs a finite number"),
        ("a,b\n", None, "no examples"),
        ("", None, "no examples"),
        ("a,b\n1,2\n", "c", "no label column 'c'; columns are a, b"),
        ("1,2\n", "7", "no label column '7'; columns are 0 to 1"),
        ("a,b,label\n1,2,0.5\n", None, "labels that are no integers"),
        (b"\xff\xfe\x00a,b\n", None, r"d\.csv: no UTF-8 text"),
        ("a,b\n1,2\n3,٣\n", None, "line 3, column 2"),
    ],
)
def test_wrong_csv(emitted, make, write, text, column, message):
    with pytest.raises(ValueError, match=message):
        emitted.runtime.read_data(make(), write("d.csv", text), column=column)


def idx(array, code):
    head = struct.pack(">HBB", 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


IMAGES = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx(emitted, make, write, suffix):
    pack = gzip.compress if suffix else bytes
    images = write("images" + suffix, pack(idx(IMAGES, 8)))
    labels = write("labels" + suffix, pack(idx(np.array([2, 0, 1], ">i4"), 12)))
    net = make(features=4, input_scale=255.0)
    x, y = emitted.runtime.read_data(net, images, labels=labels)
    assert x.dtype == np.uint8
    assert x.T.tolist() == IMAGES.reshape(3, 4).tolist()
    assert y.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("i", b"", "no sound IDX file"),
        ("i", b"\x00\x00\x08\x09", "does not begin like an IDX file"),
        ("i", b"PK\x03\x04 nonsense", "does not begin like an IDX file"),
        ("i", idx(IMAGES, 8)[:-1], "needs 12 bytes, 11 are there"),
        ("i", idx(IMAGES, 8) + b"\0", "needs 12 bytes, more are there"),
        ("i", struct.pack(">HBB3I", 0, 14, 3, 1 << 31, 1 << 31, 99), "announces"),
        ("i.gz", idx(IMAGES, 8), "no sound IDX file"),
        ("i.gz", gzip.compress(idx(IMAGES, 8), mtime=0)[:-12], "no sound IDX file"),
    ],
    ids=["empty", "no type", "a zip", "too short", "too long", "too large", "no gz", "cut gz"],
)
def test_wrong_idx(emitted, make, write, name, content, message):
    with pytest.raises(ValueError, match=message):
        emitted.runtime.read_data(make(features=4), write(name, content))


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize(
    "arrays",
    [
        {"X": X, "Y": HOT},
        {"x": X.T, "y": HOT.T},
        {"X": X, "y": [0, 1, 2, 2]},
        {"x_train": X.T.reshape(4, 1, 2), "y_train": [[0], [1], [2], [2]]},
    ],
)
@pytest.mark.parametrize("examples", ["columns", "rows"])
def test_npz_in_either_layout(emitted, make, write, arrays, examples):
    net = make(examples=examples)
    x, y = emitted.runtime.read_data(net, write("d.npz", npz(**arrays)))
    assert (x if examples == "columns" else x.T).tolist() == X.tolist()
    assert net.targets(y, 4).tolist() == net.one_hot(np.array([0, 1, 2, 2])).tolist()


def bomb():
    """An archive whose one array claims far more bytes than it has."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40,)}
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("X.npy", b"\x93NUMPY\x01\x00" + header.getvalue()[8:] + b"\0" * 64)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npz(X=X)[:200], "no sound .npz file"),
        (b"", "no sound .npz file"),
        (b"not a zip", "no sound .npz file"),
        (npz(X=np.array([{}, 1], object)), "X: got Python objects, which are not loaded"),
        (npz(Z=X), "got the arrays Z; needs X"),
        (npz(), "got the arrays none; needs X"),
        (bomb(), r"d\.npz: "),
    ],
    # an archive holds the time at which it was made: workers would name the tests differently
    ids=["cut", "empty", "no zip", "objects", "no X", "no arrays", "bomb"],
)
def test_wrong_npz(emitted, make, write, content, message):
    with pytest.raises(ValueError, match=message):
        emitted.runtime.read_data(make(), write("d.npz", content))


def test_archive_with_too_many_bytes_is_not_read(emitted, make, write, monkeypatch):
    monkeypatch.setattr(emitted.runtime, "MAX_BYTES", 10)
    with pytest.raises(ValueError, match="at most 10 are read"):
        emitted.runtime.read_npz(write("d.npz", npz(X=X)), emitted.runtime.MAX_BYTES)
