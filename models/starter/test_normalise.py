import random

import pytest

import normalise
import phrases


@pytest.mark.parametrize("written, spoken", [
    ("In 1724 it cost $3.50.", "in seventeen twenty four it cost three dollars and fifty cents"),
    ("£68,728", "sixty eight thousand seven hundred and twenty eight pounds"),
    ("at 7:05 and 9:00", "at seven oh five and nine o'clock"),
    ("the 21st of May", "the twenty first of may"),
    ("May 3", "may third"),
    ("12.5% of 100", "twelve point five percent of one hundred"),
    ("the 1990s", "the nineteen nineties"),
    ("in 1900, 2003 and 2019", "in nineteen hundred two thousand and three and twenty nineteen"),
    ("“Don’t,” he said—twice", "don't he said twice"),
    ("'quoted' cafés", "quoted cafes"),
    ("Mr. and Mrs. Hill", "mister and missus hill"),
    ("007", "zero zero seven"),
])
def test_words(written, spoken):
    assert normalise.words(written) == spoken


def test_only_letters_and_apostrophes_are_left():
    text = normalise.words("Ünïcode ☃ 3,14 — a/b c_d e@f.g #1")
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz' ")


@pytest.mark.parametrize("text", ["See e.g. Smith vs. Jones.", "The NASA probe", "an iPhone", "x = 3 * y", "J. Smith"])
def test_uncertain_readings_are_refused(text):
    assert normalise.speakable(text) is None


def test_titles_are_written_out():
    assert normalise.speakable("Mr. Hill paid $5.") == "Mister Hill paid five dollars."


def test_phrases_have_no_open_slots_and_a_transcript():
    rng = random.Random(1)
    for _ in range(500):
        text = phrases.phrase(rng)
        assert "{" not in text and normalise.words(text)
