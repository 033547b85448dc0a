"""What `pedal bench` makes of the lines that pedal-bench prints."""

from pedal.bench_views import Bench, Report, as_json, as_markdown

PLAN = [
    {"flags": "-mavx2 -mfma", "rivals": ["eigen", "stl"]},
    {"case": "lstm 8 block 1", "subject": "pedal", "error_db": -95.0},
    {"case": "lstm 8 block 1", "subject": "eigen fixed", "error_db": -110.0},
    {"case": "lstm 8 block 1", "subject": "eigen dynamic", "error_db": -111.0},
    {"case": "lstm 8 block 1", "subject": "stl fixed", "error_db": -112.0},
    {"case": "crossfade", "subject": "pedal"},
]
TIMES = {  # a round each
    ("lstm 8 block 1", "pedal"): [20.0, 90.0, 10.0],
    ("lstm 8 block 1", "eigen fixed"): [50.0, 180.0, 22.0],
    ("lstm 8 block 1", "eigen dynamic"): [60.0, 270.0, 31.0],
    ("lstm 8 block 1", "stl fixed"): [10.0, 45.0, 5.0],
    ("crossfade", "pedal"): [500.0, 450.0, 400.0],
}


def run(rounds=3):
    bench = Bench()
    for line in PLAN:
        bench.take(line)
    for number in range(rounds):
        for (case, subject), times in TIMES.items():
            bench.take({"case": case, "subject": subject, "ns": times[number]})
    return bench


def test_a_ratio_is_the_median_of_neighbours_not_of_medians():
    assert run().ratio("lstm 8 block 1", "eigen fixed") == 2.2


def test_the_better_of_eigen_and_xsimd_is_rated_and_stl_is_not():
    assert run().better("lstm 8 block 1") == ("eigen fixed", 2.2)
    assert run().better("crossfade") is None


def test_json_has_medians_and_the_share_of_a_core():
    builds = as_json(Report("a processor", [run()]))["builds"]
    case, crossfade = builds[0]["cases"]
    assert (case["ns"], case["ratio"], case["error_db"]) == (20.0, 2.2, -95.0)
    assert case["rivals"]["stl fixed"]["ratio"] == 0.5
    assert crossfade["core_percent"] == 1.985  # 450 ns of 22.7 us
    assert crossfade["rivals"] == {}


def test_a_round_that_was_cut_short_does_not_count():
    bench = run(2)
    bench.take({"case": "lstm 8 block 1", "subject": "pedal", "ns": 1.0})
    assert bench.rounds == 2
    assert bench.ns("lstm 8 block 1") == 55.0


def test_the_file_names_the_processor_and_has_a_row_a_case():
    text = as_markdown(Report("a processor", [run()]))
    assert "a processor" in text
    assert "| lstm 8 block 1 | 20.0 | 0.09 | -95 | 2.20 | 2.20 | 0.50 |" in text
    assert "| crossfade | 450.0 | 1.98 |  |  |  |  |" in text
