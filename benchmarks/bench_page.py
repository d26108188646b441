"""The page of speeds: what is measured anew stands in its place, and nothing of another machine stays."""

import torch

from page import LIMITS, machine, merged_page

NAMES = ["first", "second", "third"]


def line(name, value):
    return f"| {name} | {value} | | | | 2 x | | 2026-11-28, load 0.1 |"


def bench_lines_are_merged_in_their_order():
    threads = torch.get_num_threads()
    page = merged_page("", {"third": line("third", 3), "first": line("first", 1)}, NAMES, threads)
    page = merged_page(page, {"second": line("second", 2), "first": line("first", 9)}, NAMES, threads)
    table = [row for row in page.splitlines() if row.startswith("| ")]
    assert table[1:] == [line("first", 9), line("second", 2), line("third", 3)]
    assert machine(threads) in page


def bench_lines_of_another_machine_and_of_rows_that_are_no_more_are_left_out():
    page = merged_page("", {"first": line("first", 1), "second": line("second", 2)}, NAMES, 1)
    assert line("first", 1) not in merged_page(page, {"third": line("third", 3)}, NAMES, threads=2)
    assert line("first", 1) not in merged_page(page, {}, NAMES[1:], threads=1)


def bench_what_is_written_by_hand_stays():
    page = merged_page("", {"first": line("first", 1)}, NAMES, 1) + f"\n{LIMITS}\n\n- A reason | with a bar.\n"
    for threads in (1, 2):
        later = merged_page(page, {"first": line("first", 2)}, NAMES, threads)
        assert later.endswith(f"{line('first', 2)}\n\n{LIMITS}\n\n- A reason | with a bar.\n")
        assert later == merged_page(later, {}, NAMES, threads)
