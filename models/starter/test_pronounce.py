import pronounce


def test_rules_learn_what_stands_around_a_letter():
    words = {
        "cat": "k ae t", "cot": "k aa t", "city": "s ih t iy", "cite": "s ay t", "tin": "t ih n", "cell": "s eh l", "can": "k ae n",
        "cent": "s eh n t", "con": "k aa n", "coal": "k ow l", "cist": "s ih s t", "cans": "k ae n z", "cast": "k ae s t",
    }
    rules = pronounce.rules([(word, sounds.split()) for word, sounds in words.items()], least=1)
    for word, sounds in words.items():
        assert pronounce.guess(rules, word) == sounds.split()
    assert rules["[c]"] == ("k",) and rules["[c]i"] == ("s",)
    assert pronounce.guess(rules, "cit")[0] == "s"


def test_a_letter_may_sound_like_nothing_or_more():
    sounds = {"box": "b aa k s", "ox": "aa k s", "late": "l ey t", "ate": "ey t", "mate": "m ey t"}
    cut = dict(pronounce.aligned([(word, said.split()) for word, said in sounds.items()]))
    for word, said in sounds.items():
        assert len(cut[word]) == len(word) and [phone for piece in cut[word] for phone in piece] == said.split()
    assert sorted(map(len, cut["box"])) == [1, 1, 2] and sorted(map(len, cut["late"])) == [0, 1, 1, 1]


def test_lexicon_is_read_as_it_was_written(tmp_path):
    known = {"a": [["ah"], ["ey"]], "act": [["ae", "k", "t"]]}
    pronounce.write(tmp_path / "lexicon.txt", known, ["act", "a", "unheard"])
    text = (tmp_path / "lexicon.txt").read_text(encoding="utf-8")
    assert text.splitlines()[1:] == ["a ah", "a ey", "act ae k t"]
    assert pronounce.read(tmp_path / "lexicon.txt") == {
        "a": [pronounce.PHONES.index("ah")], "act": [pronounce.PHONES.index(p) for p in ("ae", "k", "t")],
    }
