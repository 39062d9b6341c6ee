"""The command within the process."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import gcl


def test_find_is_the_commands_to_the_byte(demo, tmp_path):
    footage = demo / "videos" / "test"
    found = gcl.find(footage, tmp_path / "a", top=5, quiet=True)
    subprocess.run(["gcl", "find", footage, "--out", tmp_path / "b", "--top", "5"], check=True, capture_output=True)
    for name in ["moments.csv", "moments.json", "moments.edl", *(f"scores/{video}.npy" for video in found.scores)]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert found.complete and found.report.is_file() and 0 < len(found) <= 5
    first = found.moments[0]
    assert first.rank == 1 and first.score == max(moment.score for moment in found)
    assert str(first) in repr(found) and str(first) in found._repr_html_()
    assert set(found.scores) == {f"{i:02}" for i in range(1, 9)}
    pytest.importorskip("matplotlib").use("Agg")
    assert found.plot().get_title() == first.video


def test_extract_and_evaluate(demo, tmp_path):
    features = gcl.extract([demo / "videos" / "test" / "01.y4m"], tmp_path / "f", net="gradient", quiet=True)
    assert features["01"].shape[1] == 1152 and features.meta("01")["frames"] == 400
    rows, groups = gcl.Features(demo / "features" / "test").stacked()
    assert rows.shape == (len(groups), 1152) and len(set(groups)) == 8
    evaluation = gcl.evaluate(demo / "run", demo / "truth.csv")
    assert 0.9 < evaluation.micro_auc < 1 and evaluation["frames"] == 3200
    assert f"{evaluation.micro_auc:.4f}" in repr(evaluation)
    (tmp_path / "none.csv").write_text("id,start,end,frames\n01,,,2\n")
    (tmp_path / "s").mkdir()
    np.save(tmp_path / "s" / "01.npy", np.zeros(2, np.float32))
    assert np.isnan(gcl.evaluate(tmp_path / "s", tmp_path / "none.csv").micro_auc)


def test_errors_have_the_commands_text(tmp_path, capfd):
    for words, kind in [
        (["find", tmp_path / "none"], (OSError, ValueError)),
        (["eval", tmp_path, tmp_path], ValueError),
        (["train"], ValueError),
        (["no-such-verb"], ValueError),
    ]:
        with pytest.raises(kind) as caught:
            gcl.run(*words)
        own = subprocess.run(["gcl", *words], capture_output=True, text=True)
        assert own.stderr.removeprefix("error: ").strip() == str(caught.value), words
    assert "flex" in gcl.run("devices")
    assert "Usage: gcl" in gcl.run("--help")
    assert capfd.readouterr().out == "", "results are returned, not printed"


def test_skipped_items_are_a_warning(demo, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    with pytest.warns(gcl.SkippedWarning):
        gcl.extract([demo / "videos" / "test" / "01.y4m", tmp_path / "bad.mp4"], tmp_path / "f", net="gradient")


def test_ctrl_c_ends_the_command_and_the_same_call_resumes(demo, tmp_path):
    call = f"import gcl; gcl.find({str(demo / 'videos')!r}, {str(tmp_path / 'f')!r}, method='gcl-b')"
    process = subprocess.Popen([sys.executable, "-c", call], stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "f" / "features").is_dir() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stderr = process.communicate(timeout=60)[1]
    assert process.returncode != 0 and "KeyboardInterrupt" in stderr, stderr
    found = gcl.find(demo / "videos" / "test", tmp_path / "g", quiet=True)
    assert len(found) > 0, "another call of this process is not stopped"
