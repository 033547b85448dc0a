"""Recordings: any format and rate is read, anything else is refused in one line."""

import numpy as np
import pytest
import soundfile

from pedal import audio
from pedal.demo import loop
from pedal.errors import AudioError


def sine(rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    time = np.arange(round(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]
)
def test_every_format_is_read(tmp_path, subtype):
    soundfile.write(tmp_path / "in.wav", sine(44100), 44100, subtype=subtype)
    samples = audio.read(tmp_path / "in.wav").samples
    assert samples.dtype == np.float32
    assert np.max(np.abs(samples - sine(44100))) < 0.01


def test_float_samples_pass_bit_for_bit(tmp_path):
    soundfile.write(tmp_path / "in.wav", sine(44100), 44100, subtype="FLOAT")
    assert np.array_equal(audio.read(tmp_path / "in.wav").samples, sine(44100))


@pytest.mark.parametrize("rate_hz", [8000, 22050, 48000, 96000])
def test_another_rate_is_resampled_and_said(tmp_path, rate_hz):
    soundfile.write(tmp_path / "in.wav", sine(rate_hz), rate_hz, subtype="FLOAT")
    recording = audio.read(tmp_path / "in.wav")
    assert recording.rate_hz == rate_hz
    assert abs(len(recording.samples) - 22050) <= 1
    middle = slice(5000, 15000)
    assert np.max(np.abs(recording.samples[middle] - sine(44100)[middle])) < 1e-3


def test_stereo_asks_for_a_channel_and_takes_it(tmp_path):
    both = np.stack([sine(44100), -sine(44100)], axis=1)
    soundfile.write(tmp_path / "in.wav", both, 44100, subtype="FLOAT")
    with pytest.raises(AudioError, match="expected 1 channel, found 2"):
        audio.read(tmp_path / "in.wav")
    assert np.array_equal(
        audio.read(tmp_path / "in.wav", channel=2).samples, both[:, 1]
    )
    with pytest.raises(AudioError, match="--channel: expected 1 to 2, found 3"):
        audio.read(tmp_path / "in.wav", channel=3)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"not a recording at all, just text"]
)
def test_what_is_no_recording_is_refused(tmp_path, content):
    (tmp_path / "in.wav").write_bytes(content)
    with pytest.raises(AudioError, match=r"in\.wav: "):
        audio.read(tmp_path / "in.wav")


def test_a_recording_without_samples_is_refused(tmp_path):
    soundfile.write(tmp_path / "in.wav", np.zeros(0), 44100)
    with pytest.raises(AudioError, match="no samples"):
        audio.read(tmp_path / "in.wav")


def test_a_recording_with_nan_names_the_sample(tmp_path):
    samples = sine(44100)
    samples[17] = np.nan
    soundfile.write(tmp_path / "in.wav", samples, 44100, subtype="FLOAT")
    with pytest.raises(AudioError, match="sample 17 is not a finite number"):
        audio.read(tmp_path / "in.wav")


def test_silence_has_a_level():
    assert audio.rms_and_peak_dbfs(np.zeros(10)) == (
        audio.SILENT_DBFS,
        audio.SILENT_DBFS,
    )


def test_a_full_scale_sine_is_3_db_below_its_peak():
    rms, peak = audio.rms_and_peak_dbfs(2 * sine(44100, 1.0))
    assert peak == pytest.approx(0.0, abs=0.01)
    assert rms == pytest.approx(-3.01, abs=0.01)


def test_the_demo_guitar_is_a_loop_without_a_seam():
    samples = loop()
    assert len(samples) == 16 * 44100
    assert np.max(np.abs(samples)) == pytest.approx(0.5)
    step = np.max(np.abs(np.diff(samples)))
    assert abs(samples[0] - samples[-1]) < step
    assert np.sqrt(np.mean(samples[-4410:] ** 2)) > 1e-3  # it never falls silent
