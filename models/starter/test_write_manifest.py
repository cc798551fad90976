import write_manifest


def test_sizes_and_hashes_are_taken_from_the_files(tmp_path):
    (tmp_path / "a.txt").write_text("abc")
    before = 'id = "x"\n\n[[files]]\nrole = "tokens"\npath = "a.txt"\nsize = 0\nsha256 = ""\n'
    after = write_manifest.updated(before, tmp_path)
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert after == before.replace("size = 0", "size = 3").replace('""', f'"{digest}"')
    assert write_manifest.updated(after, tmp_path) == after
