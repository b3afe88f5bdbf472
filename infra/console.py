"""Builds the console's script and style from `console/`, or checks its types."""

import sys

from infra import generated, report_list
from infra.assets import ASSETS
from infra.locks import locked
from infra.node import ROOT, install, node

CONSOLE = ROOT / "console"
PACKAGES = CONSOLE / "node_modules"
MADE = ROOT / ".aws-sam/console"
CONSOLE_FILES = ("console.js", "console.css", "licenses.txt")
# What is part of the script
CONTAINED = ("@preact/signals", "@preact/signals-core", "preact", "uplot")
BUNDLE = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--jsx=automatic",
    "--jsx-import-source=preact",
    "--charset=utf8",
    "--log-level=warning",
)


def license_of(package: str) -> str:
    return f"{package}\n\n{(PACKAGES / package / 'LICENSE').read_text('utf-8')}"


def bundle() -> None:
    """Make console.js and console.css."""
    install(CONSOLE)
    report_list.write()
    with locked(MADE, lambda: None):
        out = f"--outfile={MADE / 'console.js'}"
        node(CONSOLE, PACKAGES / "esbuild/bin/esbuild", "src/main.tsx", out, *BUNDLE)
        (MADE / "licenses.txt").write_text("\n\n".join(map(license_of, CONTAINED)), "utf-8")
        for name in CONSOLE_FILES:
            generated.write(ASSETS / name, (MADE / name).read_bytes())


def check_types() -> None:
    """By the TypeScript compiler, which makes nothing."""
    install(CONSOLE)
    report_list.write()
    node(CONSOLE, PACKAGES / "typescript/bin/tsc", "--project", ".")


if __name__ == "__main__":
    check_types() if sys.argv[1:] == ["types"] else bundle()
