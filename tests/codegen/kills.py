"""A training that is killed at random moments ends with the same bits as one that is not.

``python -m tests.codegen.kills --count 20 --seed 0`` trains a network with dropout in a process of
its own, kills that (SIGKILL) at so many random moments, starts it again each time, and compares
parameters and losses with those of a training in one go; exit status 1 if they differ.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import codegen
from tests.codegen.emitted_network import spec_text

WORK = """
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np
from net import net
rng = np.random.default_rng(1)
X, Y = rng.standard_normal((5, 4000)).astype("float32"), rng.integers(0, 3, 4000)
checkpoint = sys.argv[3] if len(sys.argv) > 3 else None
print("ready", flush=True)
history = net.fit(net.init(0), X, Y, epochs=6, batch_size=8, validation=(X[:, :500], Y[:500]),
                  checkpoint=checkpoint, save_every=0.02)
np.savez(sys.argv[2], *history.params, *history.best, history.loss, history.validation_loss)
"""


def kills(count: int, seed: int, folder: Path) -> tuple[int, bool]:
    """How often the training was killed, and whether it ended with the same bits."""
    text = spec_text("relu", optimizer="adam", dtype="float32")
    text = text.replace("units = 6", "units = 60\ndropout = 0.3") + '\nschedule = "cosine"\n'
    spec = folder / "net.toml"
    spec.write_text(text)
    codegen.generate(spec, folder)
    command = [sys.executable, "-c", WORK, str(folder)]
    started = time.perf_counter()
    subprocess.run([*command, str(folder / "whole.npz")], check=True, capture_output=True)
    longest = (time.perf_counter() - started) / count
    rng, killed = random.Random(seed), 0
    again = [*command, str(folder / "broken.npz"), str(folder / "checkpoint.npz")]
    while True:
        with subprocess.Popen(again, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                status = process.wait(rng.uniform(0, longest) if killed < count else None)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
                continue
        if status:
            raise RuntimeError(f"the training ended with status {status}")
        break
    whole, broken = (np.load(folder / f"{name}.npz") for name in ("whole", "broken"))
    same = all(whole[name].tobytes() == broken[name].tobytes() for name in whole.files)
    return killed, same and set(whole.files) == set(broken.files)


def main() -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        killed, same = kills(options.count, options.seed, Path(folder))
    print(f"killed {killed} times: {'the same bits' if same else 'OTHER bits'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
