"""Bill of materials of the programs in CycloneDX 1.5, from `cargo metadata` on standard input.

Only what is linked into the programs: development and build dependencies are left out.
"""

import json
import sys

PROGRAMS = ("sotto", "sotto-fetch", "sotto-tray")


def linked(metadata, roots):
    """Ids of all packages that the roots link, the roots among them."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    found, waiting = set(), list(roots)
    while waiting:
        package_id = waiting.pop()
        if package_id in found:
            continue
        found.add(package_id)
        for dep in nodes[package_id]["deps"]:
            if any(kind["kind"] is None for kind in dep["dep_kinds"]):
                waiting.append(dep["pkg"])
    return found


def component(package):
    purl = f"pkg:cargo/{package['name']}@{package['version']}"
    entry = {
        "type": "library",
        "bom-ref": purl,
        "name": package["name"],
        "version": package["version"],
        "purl": purl,
    }
    if package.get("license"):
        # Old crates write "MIT/Apache-2.0".
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if package.get("repository"):
        entry["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return entry


def bill(metadata):
    packages = {package["id"]: package for package in metadata["packages"]}
    roots = [
        package_id
        for package_id in metadata["workspace_members"]
        if packages[package_id]["name"] in PROGRAMS
    ]
    ids = linked(metadata, roots)
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    ref = {package_id: component(packages[package_id])["bom-ref"] for package_id in ids}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "sotto",
                "version": next(packages[r]["version"] for r in roots if packages[r]["name"] == "sotto"),
            }
        },
        "components": sorted(
            (component(packages[package_id]) for package_id in ids), key=lambda entry: entry["bom-ref"]
        ),
        "dependencies": sorted(
            (
                {
                    "ref": ref[package_id],
                    "dependsOn": sorted(ref[d] for d in nodes[package_id]["dependencies"] if d in ref),
                }
                for package_id in ids
            ),
            key=lambda entry: entry["ref"],
        ),
    }


if __name__ == "__main__":
    json.dump(bill(json.load(sys.stdin)), sys.stdout, indent=1)
    sys.stdout.write("\n")
