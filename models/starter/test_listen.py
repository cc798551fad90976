import json

import listen


def transcript(folder, name, words):
    utterances = [{"words": [{"word": word, "confidence": sure} for word, sure in words]}] if words else []
    (folder / f"{name}.json").write_text(json.dumps({"file": name, "utterances": utterances, "duration": 1.0}))


def test_only_what_was_heard_for_sure_is_kept(tmp_path):
    transcript(tmp_path, "a", [("Where", 0.9), ("is", 0.8), ("he?", 0.4)])
    transcript(tmp_path, "b", [("Where", 0.3), ("was", 0.2), ("she?", 0.4)])
    transcript(tmp_path, "c", [("Yes.", 1.0)])
    transcript(tmp_path, "d", [])
    transcript(tmp_path, "e", [("The", 0.9), ("same", 0.9), ("sentence.", 0.9)])
    kept, count = listen.chosen(tmp_path, {"the same sentence"}, 0.5, 3)
    assert kept == [("a", "where is he")] and count == 5
