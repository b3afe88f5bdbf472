"""Makes a release of what was built: one template and the files it names, the same for every stack.

`sam deploy` writes the address of one bucket into the template, and needs credentials for that. A
release names its bucket by a parameter: it is built once, without credentials, and promoted from
one environment to the next unchanged, by the AWS CLI alone.
"""

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_dump, yaml_parse

from infra.build import ARCHIVE, BUILD, ROOT, run, tool

RELEASE = ROOT / ".aws-sam" / "release"
BUCKET = {
    "Type": "String",
    "Description": "Where the files of the release are",
    "AllowedPattern": "[a-z0-9.-]{3,63}",
}


def name_of(path: Path) -> str:
    """A name that no other content has."""
    return f"{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}{path.suffix}"


def release(template: dict[str, Any]) -> tuple[dict[str, Any], list[Path]]:
    """A built template whose files lie in the bucket that a parameter names, and these files."""
    template["Parameters"]["ArtifactBucket"] = BUCKET
    files = [ARCHIVE]
    template["Globals"]["Function"]["CodeUri"] = location(ARCHIVE)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "DefinitionUri" in properties:
            files.append(BUILD / properties["DefinitionUri"])
            properties["DefinitionUri"] = location(files[-1])
    return template, files


def location(path: Path) -> dict[str, Any]:
    return {"Bucket": {"Ref": "ArtifactBucket"}, "Key": name_of(path)}


def write(folder: Path) -> None:
    """What was built, as a release in a folder."""
    built = BUILD / "template.yaml"
    if not built.exists():
        sys.exit("nothing is built yet: run `make build`")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made, files = release(yaml_parse(built.read_text("utf-8")))
    for path in files:
        shutil.copyfile(path, folder / name_of(path))
    (folder / "template.yaml").write_text(yaml_dump(made), "utf-8")


def list_libraries(path: Path) -> None:
    """As CycloneDX, with a serial number: GitHub's action attests none without."""
    requirements = ("requirements", "functions/requirements.txt")
    run(tool("cyclonedx-py"), *requirements, "-o", str(path), what="listing the libraries")


def main() -> None:
    write(RELEASE)
    list_libraries(RELEASE / "sbom.json")
    for path in sorted(RELEASE.iterdir()):
        sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
