"""What the benchmarks print and write of what they measured."""

from benchmarks.shared.comparison import HEADER, Row, Series, Took
from benchmarks.shared.page import written

MISSED = Row("P10-day", "≤ 1.5 ×", 0.5, 2 / 3, "It is read row by row.")
PAGE = f"""<!-- begin rows -->
{HEADER}
|---|---|---|---|
| P2-wall | old | 1.00 × | yes |
{MISSED.line()}
<!-- end rows -->
<!-- begin all_moving -->
what was told before
<!-- end all_moving -->
"""


def test_a_figure_says_whether_it_is_reached_and_by_how_much_it_is_missed() -> None:
    reached = Row("P1-cpu", "≥ 100 × less", 123.4, 100, "never told")

    assert reached.line() == "| P1-cpu | ≥ 100 × less | 123.40 × | yes |"
    told = "no: 1.33 × short of it. It is read row by row."
    assert MISSED.line() == f"| P10-day | ≤ 1.5 × | 0.50 × | {told} |"


def test_a_run_of_one_benchmark_changes_its_rows_and_leaves_those_of_the_others() -> None:
    row = Row("P2-wall", "≥ 3 × less", 4, 3).line()
    output = f"what is told now\n\n{HEADER}\n|---|---|---|---|\n{row}\nRATIO P2-wall 4\n"

    page = written(PAGE, "all_moving", output, quick=True)

    assert page.count("P2-wall") == 1
    assert page.index(row.replace("yes |", "yes (quick) |")) < page.index(MISSED.line())
    assert "what is told now\n\nA quick run on " in page
    assert "what was told before" not in page


def test_medians_count() -> None:
    series = Series([Took(1, 0.5), Took(9, 0.1), Took(2, 0.2)])

    assert (series.wall_s, series.cpu_s) == (2, 0.2)
    assert series.row("ours") == "| ours | 2,000 | 1,000 | 9,000 | 200 | 100 | 500 |"
