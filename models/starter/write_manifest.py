"""Writes sizes and hashes of a model's files into its manifest.toml.

    python write_manifest.py en

Everything else in the manifest stays as it is; a file that is named but missing is an error.
"""

import hashlib
import re
import sys
from pathlib import Path


def updated(text, folder):
    """The manifest `text` with `size` and `sha256` of each file taken from `folder`."""
    blocks = text.split("[[files]]")
    for index, block in enumerate(blocks[1:], 1):
        content = (folder / re.search(r'^path = "(.+)"$', block, re.M)[1]).read_bytes()
        block = re.sub(r"^size = .*$", f"size = {len(content)}", block, flags=re.M)
        digest = hashlib.sha256(content).hexdigest()
        blocks[index] = re.sub(r"^sha256 = .*$", f'sha256 = "{digest}"', block, flags=re.M)
    return "[[files]]".join(blocks)


def main():
    folder = Path(sys.argv[1])
    manifest = folder / "manifest.toml"
    manifest.write_text(updated(manifest.read_text(), folder))


if __name__ == "__main__":
    main()
