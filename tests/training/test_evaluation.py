"""Evaluation of models through any player: what is held out, what is said of it."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.helpers import write_bank
from training import evaluate_cli, evaluation, held_out, plain, report
from training.errors import TrainingError
from training.evaluation import Subject, Truth
from training.material import Part
from training.pots import Knobs
from training.virtual import guitar
from training.virtual.circuits import CIRCUITS

REACHES_OUT = re.compile(
    r"https?:|\b(src|href)=\"(?!data:|#)|@import|<link|url\((?!#)", re.I
)
SECONDS = 3.0
ROW = {
    "cost_mac_per_sample": 7.0,
    "gain_db": -3.0,
    "dry_loudness_lufs": -20.0,
    "loudness_lufs": -17.0,
}


def clip(name: str, audio: np.ndarray, drive: float, tone: float = 50.0) -> np.ndarray:
    """In place of a circuit, which takes its time."""
    assert name in CIRCUITS
    heard = np.tanh((1.0 + drive / 10.0) * audio) * (0.5 + 0.01 * tone)
    return heard.astype(np.float32)


@pytest.fixture(autouse=True)
def simple_circuits(monkeypatch):
    monkeypatch.setattr(evaluation.circuits, "render", clip)


@pytest.fixture
def truth() -> Truth:
    dry = guitar.play(SECONDS, evaluation.HELD_OUT_SEED)
    return evaluation.virtual_truth("screamer", "a test", dry, Knobs())


def subject(play, name="screamer") -> Subject:
    return Subject(name, 1, (), ROW, play)


def perfect(audio, _):
    return clip("screamer", audio, 50.0), 3.0


def test_the_circuit_itself_has_no_error(truth):
    result = evaluation.evaluate(subject(perfect), truth)
    assert (result.esr, result.mse, result.dc) == (0.0, 0.0, 0.0)
    assert result.loudness_lu == 0.0
    assert result.images == result.target_images
    assert (result.ns, result.mac, result.esr_unseen) == (3.0, 7.0, None)
    assert "very near to the original" in report.verdict(result)
    assert "of its own" not in report.verdict(result)


def test_the_level_that_comes_out_is_told_beside_the_original_s(truth):
    def softer(audio, _):
        return 0.5 * clip("screamer", audio, 50.0), 1.0

    result = evaluation.evaluate(subject(softer), truth)
    levels = [level for level, *_ in result.tracking]
    assert levels == [-60, -48, -36, -24, -18, -12, -6, 0]
    for _, mine, wanted in result.tracking:
        assert mine == pytest.approx(wanted - 6.02, abs=0.01)
    softest, loudest = result.tracking[0], result.tracking[-1]
    assert softest[2] == pytest.approx(-60.0 - 3.01 + 15.56, abs=0.1)  # six times
    assert -1.5 < loudest[2] < 0.0  # clipped
    assert result.as_row()["tracking"] == result.tracking
    page = report.tracked(result)
    assert ">-6.02<" in page
    alone = replace(result, target_levels=())
    assert "The original cannot be asked." in report.tracked(alone)
    assert ">-6.02<" not in report.tracked(alone)


def test_no_figure_is_an_infinity_in_json(truth):
    def silent(audio, _):
        return np.zeros_like(audio), 1.0

    result = evaluation.evaluate(subject(silent), truth)
    assert result.loudness_lu == -np.inf
    text = plain.dumps([result.as_row()])
    (row,) = json.loads(text, parse_constant=pytest.fail)
    assert row["loudness_lu"] is None
    assert row["esr"] == pytest.approx(1.0)
    assert plain.dumps({"a": (np.float64("nan"), 1.5, True, "x")}) == (
        '{"a": [null, 1.5, true, "x"]}'
    )


def test_a_model_that_is_worse_is_told_how(truth):
    def worse(audio, _):
        heard, ns = perfect(audio, _)
        return heard * 0.9 + np.where(np.arange(len(heard)) % 16 == 0, 0.05, 0.0), ns

    result = evaluation.evaluate(subject(worse), truth)
    assert result.esr > 0.01
    assert result.loudness_lu == pytest.approx(-0.9, abs=0.3)
    assert "not fit to play" in report.verdict(result)
    assert result.idle_dbfs == pytest.approx(-38.1, abs=0.2)


@pytest.mark.parametrize(
    ("esr", "words"),
    [
        (0.0009, "very near to"),
        (0.009, "1: near to"),
        (0.09, "kind"),
        (1.0, "not like"),
    ],
)
def test_the_verdict_goes_by_the_error(truth, esr, words):
    result = evaluation.evaluate(subject(perfect), truth)
    assert words in report.verdict(replace(result, esr=esr))


def test_an_output_that_is_no_number_is_one_line(truth):
    def broken(audio, _):
        return np.full_like(audio, np.nan), 1.0

    with pytest.raises(TrainingError, match="block 1: found an output that is no"):
        evaluation.evaluate(subject(broken), truth)


def test_a_knob_is_turned_where_no_training_was():
    dry, asked = guitar.play(1.0, 5), []

    def play(audio, params):
        asked.append(params["drive"])
        return clip("blues", audio, params["drive"]), 1.0

    one = Subject("blues", 1, ("drive",), ROW, play)
    truth = evaluation.virtual_truth("blues", "a test", dry, one.trained({}))
    result = evaluation.evaluate(one, truth)
    assert set(asked) == {0.0, 12.5, 25.0, 37.5, 50.0, 62.5, 75.0, 87.5, 100.0}
    assert result.esr_unseen == 0.0


TONED = {
    "quality": {
        "settings": [{"drive": 0.0, "tone": 25.0}, {"drive": 100.0, "tone": 50.0}]
    }
}


def test_a_tone_knob_is_turned_in_the_unit_of_its_parameter():
    dry, asked = guitar.play(1.0, 5), set()

    def play(audio, params):
        asked.add(params["tone"])
        tone = (params["tone"] + 12.0) / 0.24
        return clip("fuzz", audio, params["drive"], tone), 1.0

    one = Subject("fuzz", 1, ("drive", "tone"), ROW | TONED, play)
    truth = evaluation.virtual_truth("fuzz", "a test", dry, one.trained({}))
    result = evaluation.evaluate(one, truth)
    assert asked == {-6.0, 0.0}
    assert result.esr < 1e-12
    unseen = {s for s in result.by_setting if not result.knows(s)}
    assert unseen == {(0.0, 50.0), (100.0, 25.0)}


def test_where_a_knob_stood_is_told_by_the_model_before_its_effect():
    def held(row):
        return Subject("fuzz", 1, (), row, None).trained({"drive": 30.0}).held

    assert held(ROW) == {"drive": 30.0}
    assert held(ROW | {"quality": {"held": {"drive": 60.0}}}) == {"drive": 60.0}
    assert held(ROW | {"quality": {"held": {}}}) == {}


def test_the_error_of_each_setting_is_told(monkeypatch):
    def play(audio, params):
        return clip("fuzz", audio, params["drive"]) * 0.9, 1.0

    monkeypatch.setattr(report.pictures, "of", lambda _: ())
    row = ROW | {"quality": {"settings": [{"drive": 0.0}, {"drive": 100.0}]}}
    one = Subject("fuzz", 1, ("drive",), row, play)
    truth = evaluation.virtual_truth("fuzz", "x", guitar.play(1.0, 5), one.trained({}))
    result = evaluation.evaluate(one, truth)
    told = result.as_row()["by_setting"]
    assert [(at["drive"], at["trained"]) for at in told] == [
        (0.0, True),
        (50.0, False),
        (100.0, True),
    ]
    page = report.page_of("x", [result], {})
    assert "<h3>Error by drive</h3>" in page
    assert "<th scope=row>50</th><td>1.00</td><td>not trained</td>" in page
    assert "Heard and drawn at drive 0 %." in page
    shown = Console(record=True, file=io.StringIO(), width=80)
    shown.print(*evaluate_cli.setting_tables([result]))
    assert re.search(r"50 +1\.000\*", shown.export_text())


def test_recordings_at_other_settings_than_trained_are_unseen():
    part = Part(*np.full((2, 2, 9), 0.5, np.float32))
    part = Part(part.audio[0], part.targets)
    told = Knobs(("drive",), ((0.0,), (75.0,)), {"tone": 50.0})
    trained = Knobs(("drive",), ((0.0,), (100.0,)))
    truth = evaluation.pair_truth("x", part, told, trained)
    assert set(truth.wet) == {(0.0,), (75.0,)}
    assert truth.middle == (0.0,)
    toned = Knobs(("drive", "tone"), ((0.0, 50.0),))
    assert set(evaluation.pair_truth("x", part, told, toned).wet) == {
        (0.0, 50.0),
        (75.0, 50.0),
    }


def test_recordings_that_do_not_fit_the_knobs_of_a_model_are_refused():
    part = Part(np.zeros(9, np.float32), np.zeros((2, 9), np.float32))
    told = Knobs(("drive",), ((0.0,), (75.0,)))
    with pytest.raises(
        TrainingError, match=r"where the tone knob .* name it by --tone"
    ):
        evaluation.pair_truth("x", part, told, Knobs(("tone",), ((0.0,), (100.0,))))
    with pytest.raises(
        TrainingError, match=r"found 2 settings of drive, .*knobs: none"
    ):
        evaluation.pair_truth("x", part, told, Knobs())


def test_no_training_plays_the_held_out_guitar():
    from training.cli import SIMULATED_SECONDS

    _, dry = held_out.guitar(None, None, {})
    assert len(dry) == evaluation.HELD_OUT_S * 44100
    assert SIMULATED_SECONDS > evaluation.HELD_OUT_S
    assert evaluation.HELD_OUT_SEED > 1_000_000


def test_the_report_needs_nothing_else_and_takes_no_word_for_markup(truth):
    pytest.importorskip("matplotlib", reason="no matplotlib")
    result = evaluation.evaluate(subject(perfect), truth)
    origin = {"screamer": {"circuit": "<b>loud</b>", "recordings": [{"source": "x"}]}}
    page = report.page_of("night <set>", [result], origin)
    assert not REACHES_OUT.search(page)
    assert "night &lt;set&gt;" in page
    assert "<b>loud" not in page
    assert page.count("<audio") == 3
    assert page.count("role=img") == page.count("<svg") == 4
    shown = re.findall(
        r"<figure><h3>(.*?)</h3><div role=img aria-label=\"(.*?)\">", page
    )
    assert [title for title, _ in shown] == [
        "Error by level",
        "Waveform",
        "Transfer curve",
        "Spectrograms",
    ]
    assert all(len(words) > 20 for _, words in shown)
    for word in ("ESR", "MSE", "ns a sample", "recordings", "-20.0 → -17.0"):
        assert word in page


def test_the_report_says_what_was_not_measured(truth, monkeypatch):
    monkeypatch.setattr(report.pictures, "of", lambda _: ())
    result = evaluation.evaluate(subject(perfect), truth)
    page = report.page_of("x", [replace(result, stft=None)], {})
    assert "Not measured: ESR at unseen settings, %; multi-resolution STFT" in page
    assert "STFT loss</th><td>" not in page
    assert "Checks" not in page  # what no training told is left out
    one, other = replace(result, stft=1.5), replace(result, esr_unseen=0.25)
    page = report.page_of("x", [one, other], {})
    assert "<td>not measured</td><td>25.0</td>" in page


def test_a_fixed_drive_is_compared_with_the_circuit_at_that_drive():
    dry = guitar.play(1.0, 5)
    fixed = Knobs(held={"drive": 80.0})
    truth = evaluation.virtual_truth("fuzz", "a test", dry, fixed)
    assert truth.middle == ()

    def play(audio, _):
        return clip("fuzz", audio, 80.0), 1.0

    result = evaluation.evaluate(Subject("fuzz", 1, (), ROW, play), truth)
    assert result.esr == 0.0
    assert result.images == result.target_images


def test_a_report_that_cannot_be_written_leaves_nothing(truth, tmp_path):
    pytest.importorskip("matplotlib", reason="no matplotlib")
    result = evaluation.evaluate(subject(perfect), truth)
    with pytest.raises(TrainingError, match="cannot be written"):
        report.write(tmp_path / "no" / "page.html", "x", [result], {})
    assert list(tmp_path.iterdir()) == []


def deploy(_effect, _block):
    return lambda audio, _: (audio, 2.0)


def test_a_recorded_effect_needs_its_recordings(tmp_path):
    bank = write_bank(tmp_path / "bank")
    with pytest.raises(TrainingError, match=r"--pair DRY\.wav WET\.wav"):
        evaluate_cli.evaluate_bank(bank, deploy)


def test_an_effect_called_like_a_circuit_is_not_judged_by_it():
    asked = (None, None, {"circuit": "recorded"}, False)
    with pytest.raises(TrainingError, match="the recordings it was trained on"):
        evaluate_cli.simulated_truth("fuzz", Knobs(), asked)


def test_options_that_would_do_nothing_are_refused(tmp_path):
    bank, pair = write_bank(tmp_path / "bank"), [(Path("dry.wav"), Path("wet.wav"))]
    with pytest.raises(TrainingError, match="--drive: expected recordings with it"):
        evaluate_cli.evaluate_bank(bank, lambda *_: None, positions={"drive": [50.0]})
    with pytest.raises(TrainingError, match="--unheard: expected --recordings DIR"):
        evaluate_cli.evaluate_bank(bank, lambda *_: None, unheard=True, pairs=pair)


def test_a_pair_is_of_one_effect_only(tmp_path):
    bank = write_bank(tmp_path / "bank")
    pair = (tmp_path / "dry.wav", tmp_path / "wet.wav")
    with pytest.raises(TrainingError, match="--effect NAME with them, found 2"):
        evaluate_cli.evaluate_bank(bank, deploy, pairs=[pair])


def test_figures_come_as_json_and_as_a_table(tmp_path, capsys):
    import soundfile

    bank = write_bank(tmp_path / "bank")
    dry = guitar.play(32.0, 11)
    for name, gain in (("dry", 1.0), ("wet", 0.9)):
        soundfile.write(tmp_path / f"{name}.wav", gain * dry, 44100, subtype="FLOAT")
    pair = (tmp_path / "dry.wav", tmp_path / "wet.wav")
    evaluate_cli.evaluate_bank(
        bank, deploy, "hum", model_block=1, pairs=[pair], as_json=True, console=None
    )
    rows = json.loads(capsys.readouterr().out)
    assert {row["block"] for row in rows} == {1}
    assert rows[0]["esr"] == pytest.approx((0.1 / 0.9) ** 2, rel=1e-3)
    assert rows[0]["ns"] == 2.0
    seen = Console(width=80, record=True, file=io.StringIO())
    evaluate_cli.evaluate_bank(bank, deploy, "hum", 1, [pair], console=seen)
    text = seen.export_text()
    assert "1.235" in text
    assert "…" not in text  # all of it at 80 columns
